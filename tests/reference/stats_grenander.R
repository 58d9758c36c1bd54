# Reference values for tests/stats/screening/test_local_fdr.py. Needs r-cran-fdrtool; run from the checkout:
#   Rscript tests/reference/stats_grenander.R > tests/reference/stats_grenander.csv
suppressMessages(library(fdrtool))
cat(sprintf("# %s, fdrtool %s\n", R.version.string, packageVersion("fdrtool")))
cat("case,p,density\n")
cases <- list(((1:60 * 37) %% 61 / 61)^3, c(.1, .1, .1, .4, .4, .9), c(.2, .3, .5, .8), ((1:40 * 17) %% 41) / 41)
for (i in seq_along(cases)) {
  p <- cases[[i]]
  x <- sort(unique(p))
  F <- ecdf(p)(x)
  m <- gcmlcm(c(0, x), c(0, F), type = "lcm")
  slope <- m$slope.knots[pmin(findInterval(p, m$x.knots, left.open = TRUE), length(m$slope.knots))]
  cat(sprintf("%d,%.17g,%.17g\n", i, p, slope), sep = "")
}
