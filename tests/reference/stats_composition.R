# Reference values for tests/stats/composition/test_composition.py. Base R; run from the checkout:
#   Rscript tests/reference/stats_composition.R > tests/reference/stats_composition.csv
# Goodman's limits by inverting the score test numerically; the dispersion by glm(..., quasibinomial) for two categories
# and by Pearson's statistic of chisq.test for three.
cat(sprintf("# %s\n", R.version.string))
cat("case,quantity,index,value\n")
put <- function(case, quantity, values) cat(sprintf("%s,%s,%d,%.17g\n", case, quantity, seq_along(values) - 1L, as.numeric(values)), sep = "")
score <- function(p, k, n) (k / n - p)^2 / (p * (1 - p) / n)
goodman <- function(k, level) { n <- sum(k); q <- qchisq(1 - (1 - level) / length(k), 1)
  sapply(k, function(x) c(if (x == 0) 0 else uniroot(function(p) score(p, x, n) - q, c(1e-15, x / n), tol = 1e-15)$root,
    if (x == n) 1 else uniroot(function(p) score(p, x, n) - q, c(max(x / n, 1e-15), 1 - 1e-15), tol = 1e-15)$root)) }
for (case in list(c(10, 20, 70), c(0, 3, 9, 1), c(500, 1500))) for (l in c(.9, .95)) { g <- goodman(case, l)
  name <- paste(c(l, case), collapse = "_"); put(name, "low", g[1, ]); put(name, "high", g[2, ]) }
t <- 1:18; two <- 4 * cbind(5 + (t * 7) %% 11, 9 + (t * 5) %% 13); three <- cbind(two, 12 + 4 * (t * t) %% 7)
put("dispersion", "two", summary(glm(two ~ 1, quasibinomial, control = glm.control(1e-12, 100)))$dispersion)
x <- suppressWarnings(chisq.test(three)); put("dispersion", "three", x$statistic / x$parameter)
