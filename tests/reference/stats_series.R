# Reference values for tests/stats/series/test_series.py. Base R; run from the checkout:
#   Rscript tests/reference/stats_series.R > tests/reference/stats_series.csv
# Coefficients and quasi-likelihood standard errors: stats::glm, family quasibinomial. robust_se: the sandwich
# c'B X'W^(1/2) phi R(rho) W^(1/2) X B c with the dense correlation matrix rho^|s-t| at the stated phi and rho.
# expected_r1: first-order autocorrelation of the residuals M e for errors of that rho, M from qr() of W^(1/2) X.
cat(sprintf("# %s\n", R.version.string))
cat("case,months,start,harmonics,slope,what,at,value\n")
counts <- function(T, start, case) { t <- 0:(T - 1)
  n <- 80 + (t * 37) %% 41 + (case == "large") * 4000
  p <- plogis(-.6 + .25 * sin(2 * pi * t / 12 + 1) + .05 * (t - mean(t)) / 12 + .35 * (t >= start))
  k <- floor(n * p + 3 * sin(1.7 * t) + .5); if (case == "gap") { n[c(5, 6, 30)] <- 0; k[c(5, 6, 30)] <- 0 }
  if (case == "sparse") { n <- 1 + (t * 5) %% 4; k <- as.numeric((t * 7) %% 5 < 2) }
  list(k = pmin(k, n), n = n) }
cases <- list(list("plain", 72, 36, 2, 0), list("plain", 36, 24, 2, 0), list("gap", 72, 30, 2, 1), list("large", 48, 24, 1, 0),
              list("sparse", 60, 30, 0, 0), list("plain", 96, 60, 3, 1))
for (case in cases) { T <- case[[2]]; start <- case[[3]]; h <- case[[4]]; slope <- case[[5]]; t <- 0:(T - 1)
  x <- cbind(rep(1, T)); for (i in seq_len(h)) x <- cbind(x, sin(2 * pi * i * t / 12), cos(2 * pi * i * t / 12))
  x <- cbind(x, (t - mean(t)) / 12, as.numeric(t >= start)); if (slope) x <- cbind(x, pmax(t - start, 0) / 12)
  d <- counts(T, start, case[[1]]); some <- d$n > 0
  f <- glm(cbind(d$k, d$n - d$k)[some, ] ~ x[some, ] - 1, family = quasibinomial, control = glm.control(epsilon = 1e-13, maxit = 200))
  out <- function(what, value) cat(sprintf("%s,%d,%d,%d,%d,%s,%d,%.17g\n", case[[1]], T, start, h, slope, what, seq_along(value) - 1L, value), sep = "")
  out("k", d$k); out("n", d$n)
  out("coefficient", unname(coef(f))); out("se", unname(sqrt(diag(vcov(f))))); out("dispersion", summary(f)$dispersion)
  p <- fitted(f); w <- d$n[some] * p * (1 - p); xs <- x[some, ]; B <- solve(t(xs) %*% (w * xs))
  full <- rep(0, T); full[some] <- w; S <- sqrt(full) * x; lag <- abs(outer(t, t, "-")); cc <- rep(0, ncol(x)); cc[ncol(x)] <- 1
  v <- S %*% B %*% cc; out("robust_se", sqrt(1.7 * drop(t(v) %*% (.45^lag) %*% v)))
  M <- diag(T) - qr.Q(qr(S)) %*% t(qr.Q(qr(S))); C <- M %*% (.3^lag) %*% M
  out("expected_r1", sum(C[cbind(1:(T - 1), 2:T)]) / sum(diag(C))) }
