# Reference tails for tests/stats/ratios/test_binomial.py and test_shares.py. Base R; run from the checkout:
#   Rscript tests/reference/stats_binomial.R > tests/reference/stats_binomial.csv
# Natural logs throughout (pbinom and dbinom with log = TRUE), so that tails below 1e-300 are compared too.
cat(sprintf("# %s\n", R.version.string))
cat("k,n,p,log_upper,log_lower,log_point\n")
cases <- list(c(594,724,.2532), c(243,624,.26195), c(155,3955,.063), c(9,10,.001), c(0,50,.3), c(50,50,.3),
  c(900,1000,.01), c(5000,100000,.001), c(5000,5000,.5), c(1,11000000,1e-7), c(692788,11000000,.0628),
  c(692788,11000000,.05), c(400,1e6,3e-4), c(999000,1e6,.9985), c(500700,1e6,.5), c(3,1e9,1e-9), c(50,1e9,1e-8),
  c(500100000,1e9,.5), c(500600000,1e9,.5), c(501000000,1e9,.5), c(1e9,1e9,.5), c(0,1e9,.5), c(1000,1e9,2e-6))
for (x in cases)
  cat(sprintf("%.0f,%.0f,%.17g,%.17g,%.17g,%.17g\n", x[1], x[2], x[3],
    pbinom(x[1] - 1, x[2], x[3], lower.tail = FALSE, log.p = TRUE), pbinom(x[1], x[2], x[3], log.p = TRUE),
    dbinom(x[1], x[2], x[3], log = TRUE)))
