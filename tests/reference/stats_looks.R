# Reference values for tests/stats/screening/test_spending.py and test_deconvolve.py. Needs r-cran-rpact; run from the checkout:
#   Rscript tests/reference/stats_looks.R > tests/reference/stats_looks.csv
suppressMessages(library(rpact))
library(splines)
cat(sprintf("# %s, rpact %s\n", R.version.string, packageVersion("rpact")))
cat("what,case,alpha,look,fraction,value\n")
# rpact numbers its looks with equal tolerance on the error spent; 1e-10 is the smallest it takes.
cases <- list(c(1), c(.5, 1), (1:4) / 4, (1:5) / 5, (1:8) / 8, c(.2, .35, .8, 1))
for (kind in c("asOF", "asP")) for (i in seq_along(cases)) for (alpha in c(.025, .05)) {
  t <- cases[[i]]
  if (length(t) == 1) next
  d <- getDesignGroupSequential(informationRates = t, alpha = alpha, sided = 1, typeOfDesign = kind, tolerance = 1e-10)
  cat(sprintf("%s,%d,%g,%d,%.17g,%.12g\n", kind, i, alpha, seq_along(t), t, d$criticalValues), sep = "")
  # Chance to have crossed by each look with mean 3 of the last z: theta sqrt(nMax) = 3.
  p <- getPowerAndAverageSampleNumber(d, theta = .3, nMax = 100)
  cat(sprintf("%s-power,%d,%g,%d,%.17g,%.12g\n", kind, i, alpha, seq_along(t), t, cumsum(p$rejectPerStage[, 1])), sep = "")
}
x <- seq(0, 1, length.out = 11)
b <- ns(x, df = 5)
for (k in 1:5) cat(sprintf("ns,%d,0,%d,%.17g,%.17g\n", k, seq_along(x), x, b[, k]), sep = "")
