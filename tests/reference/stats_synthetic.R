# Reference values for tests/stats/synthetic/test_synthetic.py. R with quadprog; run from the checkout:
#   Rscript tests/reference/stats_synthetic.R > tests/reference/stats_synthetic.csv
# simplex: quadprog::solve.QP (Goldfarb & Idnani's dual method). The data are formulae, repeated in the test.
# ridge: simplex weights from solve.QP, then the ridge correction of Ben-Michael, Feller & Rothstein (2021), eq. (9),
# in its primal form with svd(); the test's code solves the T0 x T0 system instead.
suppressMessages(library(quadprog))
cat(sprintf("# %s, quadprog %s\n", R.version.string, packageVersion("quadprog")))
cat("case,what,index,value\n")
data_of <- function(T, n) list(
  x = sin(1.3 * (1:T)) + .1 * (1:T) / T,
  X = outer(1:T, 1:n, function(t, i) sin(1.3 * t + .37 * i) + .5 * cos(t * i) + .2 * (i %% 3)))
simplex <- function(x, X, zeta, v = rep(1, length(x))) {
  n <- ncol(X); D <- 2 * (t(X) %*% (v * X) + zeta * diag(n)); d <- 2 * c(t(X) %*% (v * x))
  solve.QP(D, d, cbind(rep(1, n), diag(n)), c(1, rep(0, n)), meq = 1)$solution }
put <- function(case, what, value) cat(sprintf("%s,%s,%d,%.17g\n", case, what, seq_along(value), value), sep = "")
for (case in list(list("small", 12, 5, 0), list("square", 8, 8, 0), list("long", 40, 20, 0),
                  list("spread", 24, 30, 2.5), list("wide", 10, 25, .8))) {
  s <- data_of(case[[2]], case[[3]]); put(case[[1]], "weights", simplex(s$x, s$X, case[[4]])) }
s <- data_of(12, 5); put("weighted", "weights", simplex(s$x, s$X, 0, (1:12)^2))
for (case in list(list("ridge-small", 12, 5, .5), list("ridge-wide", 10, 25, 3))) {
  s <- data_of(case[[2]] + 4, case[[3]]); T <- case[[2]]; zeta <- .8
  before <- 1:T; w <- simplex(s$x[before], s$X[before, ], zeta)
  C <- t(s$X[before, ] - rowMeans(s$X[before, ])); f <- svd(C)
  left <- s$x[before] - c(s$X[before, ] %*% w)
  a <- w + c(f$u %*% (f$d / (f$d^2 + case[[4]]) * c(t(f$v) %*% left)))
  put(case[[1]], "weights", a); put(case[[1]], "gap", mean((s$x - c(s$X %*% a))[-before])) }
