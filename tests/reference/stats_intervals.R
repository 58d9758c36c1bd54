# Reference limits for tests/stats/ratios/test_intervals.py. Base R; run from the checkout:
#   Rscript tests/reference/stats_intervals.R > tests/reference/stats_intervals.csv
# prop.test(correct = FALSE) is Wilson's interval. qbeta and qgamma are what binom.test and poisson.test
# use for Clopper-Pearson's and Garwood's (those two count through 1e9 possible values for their p).
cat(sprintf("# %s\n", R.version.string))
cat("method,k,n,level,low,high\n")
line <- function(m, k, n, l, lo, hi) cat(sprintf("%s,%.0f,%.17g,%.17g,%.17g,%.17g\n", m, k, n, l, lo, hi))
pairs <- list(c(12293,46929), c(594,724), c(243,624), c(15,18), c(155,3955), c(0,2), c(2,2), c(0,18), c(18,18),
  c(1,30), c(29,30), c(7,60), c(1638,14298), c(692788,11000000), c(1,1e9), c(0,1e9), c(1e9,1e9), c(5e8,1e9), c(10,1e9),
  c(40000,1e7), c(3e5,1e6))
for (p in pairs) for (l in c(.8,.95,.999)) {
  k <- p[1]; n <- p[2]; a <- (1 - l) / 2
  w <- suppressWarnings(prop.test(k, n, conf.level = l, correct = FALSE))$conf.int
  # prop.test's own subtraction loses digits when the share is tiny: not used there.
  if (n < 1e8 || k == n || k == n / 2) line("wilson", k, n, l, w[1], w[2])
  line("clopper_pearson", k, n, l, if (k == 0) 0 else qbeta(a, k, n - k + 1), if (k == n) 1 else qbeta(1 - a, k + 1, n - k))
}
for (k in c(0,1,2,5,10,15,39,40,155,12293,1e6,1e9)) for (l in c(.8,.95,.999)) {
  a <- (1 - l) / 2
  line("garwood", k, 2.5, l, if (k == 0) 0 else qgamma(a, k) / 2.5, qgamma(1 - a, k + 1) / 2.5)
}
