# Reference values for tests/stats/screening/test_shrink.py. R with metafor; run from the checkout:
#   Rscript tests/reference/stats_shrink.R > tests/reference/stats_shrink.csv
# paule-mandel: metafor::rma(method = "PM") and blup(), whose se counts the error of mu. integrated: the posterior over
# tau by integrate(), moments of theta given tau from blup's own formulae written out.
suppressMessages(library(metafor))
cat(sprintf("# %s, metafor %s\n", R.version.string, packageVersion("metafor")))
cat("case,method,estimate,se,mean,sd,mu,tau\n")
cases <- list(
  # Rubin's (1981) eight schools.
  schools = list(c(28, 8, -3, 7, -1, 1, 18, 12), c(15, 10, 16, 11, 9, 11, 10, 18)),
  equal = list(c(.1, .1, .1, .1), c(.2, .3, .2, .1)),
  three = list(c(-.4, .2, 1.1), c(.2, .1, .3)),
  many = list(sin(1:60) + (1:60 %% 7 == 0), .1 + (1:60 %% 11) / 20),
  precise = list(c(1, 2, 3, 4, 10), rep(1e-3, 5)))
for (case in names(cases)) { y <- cases[[case]][[1]]; s <- cases[[case]][[2]]
  f <- rma(y, sei = s, method = "PM", control = list(tol = 1e-14, maxiter = 1000, tau2.max = 1e3)); b <- blup(f)
  cat(sprintf("%s,paule-mandel,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n", case, y, s, b$pred, b$se, f$b[1], sqrt(f$tau2)), sep = "")
  if (case == "precise") next # integrate() cannot find a spike this narrow
  given <- function(t) { w <- 1 / (s^2 + t^2); V <- 1 / sum(w); m <- sum(w * y) * V; k <- t^2 * w
    list(lp = .5 * (log(V) + sum(log(w)) - sum(w * (y - m)^2)), m = m + k * (y - m), v = k * s^2 + (1 - k)^2 * V, mu = m) }
  top <- max(sapply(seq(0, 5 * sd(y) + max(s), length.out = 200), function(t) given(t)$lp))
  cuts <- c(0, mean(s) * 2^(-4:40))
  int <- function(g, upto = Inf) sum(sapply(seq_along(cuts)[-1], function(i) if (cuts[i - 1] >= upto) 0 else
    integrate(function(t) sapply(t, function(x) { r <- given(x); exp(r$lp - top) * g(r) }), cuts[i - 1], min(cuts[i], upto), rel.tol = 1e-11, abs.tol = 1e-14, stop.on.error = FALSE)$value))
  Z <- int(function(r) 1)
  median <- uniroot(function(u) int(function(r) 1, u) / Z - .5, c(1e-6, 50 * (sd(y) + mean(s))), tol = 1e-10)$root
  mu <- int(function(r) r$mu) / Z
  for (j in seq_along(y)) { m <- int(function(r) r$m[j]) / Z; v <- int(function(r) r$v[j] + (r$m[j] - m)^2) / Z
    cat(sprintf("%s,integrated,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n", case, y[j], s[j], m, sqrt(v), mu, median)) }
}
