# Reference values for tests/stats/ratios/test_power.py. Base R; run from the checkout:
#   Rscript tests/reference/stats_power.R > tests/reference/stats_power.csv
# Critical count from qbinom, share with the wanted power by uniroot on pbinom.
cat(sprintf("# %s\n", R.version.string))
cat("n,p0,alpha,power,critical,share,ratio\n")
for (n in c(1, 5, 18, 60, 724, 3955, 46929)) for (p0 in c(.005, .13, .25, .5, .9)) for (a in c(.05, 1e-3, 1e-6)) for (w in c(.5, .8, .95)) {
  k <- qbinom(a, n, p0, lower.tail = FALSE) + 1
  while (k > 0 && pbinom(k - 2, n, p0, lower.tail = FALSE) <= a) k <- k - 1
  if (k > n) cat(sprintf("%d,%.17g,%.17g,%.17g,%d,Inf,Inf\n", n, p0, a, w, n + 1L))
  else { o <- uniroot(function(l) pbinom(k - 1, n, plogis(l), lower.tail = FALSE, log.p = TRUE) - log(w), c(-40, 40), tol = 1e-14)$root
    cat(sprintf("%d,%.17g,%.17g,%.17g,%d,%.17g,%.17g\n", n, p0, a, w, as.integer(k), plogis(o), exp(o - qlogis(p0)))) }
}
