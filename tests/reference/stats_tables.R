# Reference values for tests/stats/strata/test_mantel_haenszel.py, strata/test_cmh.py, strata/test_exact_strata.py, strata/test_standardise.py. Run from the checkout:
#   Rscript tests/reference/stats_tables.R > tests/reference/stats_tables.csv
# mantelhaen.test and glm of base R; rma.mh of the package metafor (common ratios and difference, Breslow-Day and Tarone).
suppressMessages(library(metafor))
cat(sprintf("# %s, metafor %s\n", R.version.string, packageVersion("metafor")))
cat("case,quantity,index,value\n")
put <- function(case, quantity, values) cat(sprintf("%s,%s,%d,%.17g\n", case, quantity, seq_along(values) - 1L, as.numeric(values)), sep = "")
s <- 1:12
cases <- list(
  berkeley = { u <- UCBAdmissions; data.frame(a = u[1, 1, ], b = u[2, 1, ], c = u[1, 2, ], d = u[2, 2, ]) },
  formula = data.frame(a = (s * 7) %% 11, b = (s * 5) %% 13 + 1, c = (s * 3) %% 8, d = (s * s) %% 17 + 2),
  large = data.frame(a = 1000 * s, b = 900 * s + 7 * s * s, c = 1500 + 20 * s, d = 1400 + 31 * s),
  sparse = data.frame(a = s %% 3 == 0, b = s %% 3 != 0, c = s %% 5 == 0, d = s %% 5 != 0) * 1,
  single = data.frame(a = 3, b = 7, c = 1, d = 11))
for (case in names(cases)) { x <- cases[[case]]; put(case, "tables", t(as.matrix(x)))
  for (m in c("OR", "RR", "RD")) { f <- suppressWarnings(rma.mh(ai = a, bi = b, ci = c, di = d, data = x, measure = m, drop00 = FALSE))
    put(case, m, c(f$beta, f$se))
    if (m == "OR" && nrow(x) > 1) { put(case, "BD", c(f$BD, f$BDp)); put(case, "TA", c(f$TA, f$TAp)) } }
  if (nrow(x) > 1) {
    t3 <- array(t(as.matrix(x[, c("a", "c", "b", "d")])), c(2, 2, nrow(x))) # rows: groups; columns: event or not
    for (correct in c(FALSE, TRUE)) { m <- mantelhaen.test(t3, correct = correct); put(case, if (correct) "cmh_corrected" else "cmh", c(m$statistic, m$p.value)) }
    if (case != "large") for (alt in c("greater", "less", "two.sided")) { m <- mantelhaen.test(t3, exact = TRUE, alternative = alt)
      put(case, paste0("exact_", alt), c(m$p.value, m$estimate, m$conf.int)) }
  } else for (alt in c("greater", "less", "two.sided")) { m <- fisher.test(matrix(unlist(x), 2, byrow = TRUE), alternative = alt)
    put(case, paste0("exact_", alt), c(m$p.value, m$estimate, m$conf.int)) }
  if (case %in% c("berkeley", "large")) { # g-computation on a saturated logit model, delta method by its covariance
    n <- nrow(x); f <- glm(cbind(c(x$a, x$c), c(x$b, x$d)) ~ 0 + factor(1:(2 * n)), binomial, control = glm.control(1e-12, 100))
    p <- plogis(coef(f)); v <- vcov(f); one <- 1:n; two <- n + one
    for (target in c("focal", "reference", "all")) {
      w <- switch(target, focal = x$a + x$b, reference = x$c + x$d, all = x$a + x$b + x$c + x$d); w <- w / sum(w)
      g1 <- c(w * (p * (1 - p))[one], 0 * w); g0 <- c(0 * w, w * (p * (1 - p))[two]); s1 <- sum(w * p[one]); s0 <- sum(w * p[two])
      se <- function(g) sqrt(drop(t(g) %*% v %*% g))
      put(case, paste0("standard_", target), c(s1, s0, s1 - s0, se(g1 - g0), s1 / s0, se(g1 / s1 - g0 / s0))) } }
}
