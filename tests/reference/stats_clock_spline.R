# Reference values for tests/stats/clock/test_clock_spline.py. Base R; run from the checkout:
#   Rscript tests/reference/stats_clock_spline.R > tests/reference/stats_clock_spline.csv
# rows: splines::ns(rep(x, n), df), knots and the basis at the distinct x. given: ns(x, knots, Boundary.knots), also
# beyond the boundaries.
library(splines)
cat(sprintf("# %s, splines %s\n", R.version.string, packageVersion("splines")))
cat("case,df,what,row,column,value\n")
out <- function(case, df, what, m) { m <- as.matrix(m)
  cat(sprintf("%s,%d,%s,%d,%d,%.17g\n", case, df, what, row(m) - 1L, col(m) - 1L, m), sep = "") }
x <- 1020 + 15 * (0:17); n <- 1 + (0:17 * 37) %% 23
for (df in c(1, 3, 4, 6)) { b <- ns(rep(x, n), df = df)
  out("rows", df, "knots", unname(attr(b, "knots"))); out("rows", df, "basis", predict(b, x)) }
z <- c(980, 1020, 1033.5, 1101, 1150, 1219.25, 1275, 1300)
out("given", 4, "basis", ns(z, knots = c(1080, 1125, 1200), Boundary.knots = c(1020, 1275)))
