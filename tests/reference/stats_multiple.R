# Reference values for tests/stats/screening/test_multiple.py. Base R; run from the checkout:
#   Rscript tests/reference/stats_multiple.R > tests/reference/stats_multiple.csv
cat(sprintf("# %s\n", R.version.string))
cat("family,p,bh,holm,by\n")
families <- list(c(.01, .013, .014, .19, .35, .5, .63, .67, .75, .81), c(.04), c(1, 1, 1), c(0, 0, .5, 1), rep(.03, 6),
  c(1e-300, 1e-20, .049, .05, .051), (((1:200) * 37) %% 211 / 211)^3)
for (i in seq_along(families)) { p <- families[[i]]
  cat(sprintf("%d,%.17g,%.17g,%.17g,%.17g\n", i, p, p.adjust(p, "BH"), p.adjust(p, "holm"), p.adjust(p, "BY")), sep = "") }
