# Reference values for tests/stats/recording/test_missing_group.py. Base R; run from the checkout:
#   Rscript tests/reference/stats_missing.R > tests/reference/stats_missing.csv
# Twelve strata made from whole-number formulas that the test repeats.
cat(sprintf("# %s\n", R.version.string))
s <- 0:11; n <- 20 + 3 * s; b <- 50 + (7 * s) %% 30; k <- 3 + (5 * s) %% 9; kb <- 4 + (3 * s) %% 11
tab <- array(rbind(k, n - k, kb, b - kb), c(2, 2, 12))
m <- mantelhaen.test(tab); e <- mantelhaen.test(tab, exact = TRUE, alternative = "greater"); l <- mantelhaen.test(tab, exact = TRUE, alternative = "less")
cat("odds_ratio,low,high,p_tail\n")
cat(sprintf("%.17g,%.17g,%.17g,%.17g\n", m$estimate, m$conf.int[1], m$conf.int[2], min(e$p.value, l$p.value)))
