# Reference score limits for tests/stats/ratios/test_shares.py. Base R; run from the checkout:
#   Rscript tests/reference/stats_shares.R > tests/reference/stats_shares.csv
# Miettinen & Nurminen's interval from its definition, sharing nothing with the package: the restricted
# likelihood is maximised numerically, the limits are found by uniroot.
cat(sprintf("# %s\n", R.version.string))
cat("k,n,base_k,base_n,level,low,high\n")
restricted <- function(th, k, n, bk, bn) {
  # The log-likelihood is concave in the base share b: its derivative either changes sign or the edge is best.
  top <- min(1, 1 / th)
  d <- function(b) (k + bk) / b - (if (k < n) (n - k) * th / (1 - th * b) else 0) - (if (bk < bn) (bn - bk) / (1 - b) else 0)
  if (d(top * (1 - 1e-15)) >= 0) return(top)
  uniroot(d, c(top * 1e-12, top * (1 - 1e-15)), tol = 1e-17)$root
}
score <- function(lt, k, n, bk, bn) {
  th <- exp(lt); b <- restricted(th, k, n, bk, bn); a <- th * b
  v <- (a * (1 - a) / n + th^2 * b * (1 - b) / bn) * (n + bn) / (n + bn - 1)
  (k / n - th * bk / bn) / sqrt(v)
}
cases <- list(c(594,724,11699,46205), c(243,624,12050,46305), c(155,3955,692633,10996045), c(15,18,12293,46929),
  c(3,20,9,30), c(1,10,1,10), c(0,12,5,40), c(7,30,0,25), c(12,12,20,33), c(20,33,12,12), c(29,30,31,33), c(1,1000,2,5000))
for (x in cases) for (l in c(.8,.95,.999)) {
  z <- qnorm((1 + l) / 2); k <- x[1]; n <- x[2]; bk <- x[3]; bn <- x[4]
  root <- function(target) uniroot(function(t) score(t, k, n, bk, bn) - target, c(-15, 15), tol = 1e-14)$root
  lo <- if (k == 0) 0 else exp(root(z)); hi <- if (bk == 0) Inf else exp(root(-z))
  cat(sprintf("%.0f,%.0f,%.0f,%.0f,%.17g,%.17g,%.17g\n", k, n, bk, bn, l, lo, hi))
}
