# Reference values for tests/stats/clusters/test_grouped_logit.py. Base R; run from the checkout:
#   Rscript tests/reference/stats_grouped_logit.R > tests/reference/stats_grouped_logit.csv
# stats::glm, binomial, 120 cells made by a whole-number formula, eight groups as a factor.
cat(sprintf("# %s\n", R.version.string))
cat("what,at,value\n")
i <- 1:120; x1 <- as.numeric((i * 7) %% 3 == 0); x2 <- ((i * 37) %% 101) / 50 - 1; g <- (i * 11) %% 8
n <- 1 + (i * 13) %% 17; k <- floor(n * plogis(-.4 + .5 * x1 - .6 * x2 + .2 * (g - 4)) + ((i * 29) %% 10) / 10)
k <- pmin(k, n)
f <- glm(cbind(k, n - k) ~ x1 + x2 + factor(g), binomial, control = glm.control(epsilon = 1e-15, maxit = 200))
out <- function(what, value) cat(sprintf("%s,%d,%.17g\n", what, seq_along(value) - 1L, value), sep = "")
out("k", k); out("n", n)
out("coefficient", unname(coef(f)[2:3])); out("se", unname(sqrt(diag(vcov(f)))[2:3])); out("fitted", unname(fitted(f)))
