# Group-time effects with covariates, by stacked estimating equations, in base R.
#   Rscript tests/reference/stats_rollout.R > tests/reference/stats_rollout.csv
# 120 places, 6 periods, cohorts 3, 4, 6 and never (Inf), two covariates, weights: all from whole-number formulae.
# The standard error is that of the sandwich A^-1 B A^-T / n over all equations (propensity, regression, both means)
# at once, A by central differences: no influence function is derived by hand.
J <- 120; P <- 6; j <- 1:J
first <- c(Inf, 3, 4, 6, Inf)[j %% 5 + 1]
x1 <- (j * j * 3 + j * 7) %% 19 / 9 - 1
x2 <- (j * j * 13 + 7) %% 23 / 11 - 1
X <- cbind(1, x1, x2)
w <- 1 + (j * 29) %% 7 / 4
Y <- sapply(1:P, function(t) ((j * 53 + t * 71 + j * t * 17) %% 97) / 40 + 0.3 * t * x1 + 0.1 * t * (first <= 4) + x2 +
  ifelse(t >= first, 0.5 + 0.2 * (t - pmin(first, P)), 0))

equations <- function(theta, dy, D, X, w, method) {
  k <- ncol(X); gam <- theta[1:k]; beta <- theta[k + 1:k]; eta_t <- theta[2 * k + 1]; eta_c <- theta[2 * k + 2]
  p <- plogis(drop(X %*% gam)); m <- drop(X %*% beta)
  score <- w * (D - p) * X
  ols <- w * (1 - D) * (dy - m) * X
  odds <- w * (1 - D) * p / (1 - p)
  switch(method,
    dr = cbind(score, ols, w * D * (dy - m - eta_t), odds * (dy - m - eta_c)),
    ipw = cbind(score, ols, w * D * (dy - eta_t), odds * (dy - eta_c)),
    reg = cbind(score, ols, w * D * (dy - eta_t), w * D * (m - eta_c)))
}

cell <- function(dy, D, X, w, method) {
  k <- ncol(X)
  gam <- suppressWarnings(coef(glm(D ~ X - 1, family = binomial, weights = w, control = list(epsilon = 1e-14, maxit = 100))))
  beta <- coef(lm(dy ~ X - 1, weights = w * (1 - D)))
  p <- plogis(drop(X %*% gam)); m <- drop(X %*% beta); odds <- w * (1 - D) * p / (1 - p)
  eta <- switch(method,
    dr = c(weighted.mean(dy - m, w * D), weighted.mean(dy - m, odds)),
    ipw = c(weighted.mean(dy, w * D), weighted.mean(dy, odds)),
    reg = c(weighted.mean(dy, w * D), weighted.mean(m, w * D)))
  theta <- c(gam, beta, eta); n <- length(dy); h <- 1e-5
  A <- sapply(seq_along(theta), function(i) {
    up <- theta; down <- theta; up[i] <- up[i] + h; down[i] <- down[i] - h
    colMeans(equations(up, dy, D, X, w, method) - equations(down, dy, D, X, w, method)) / (2 * h)
  })
  E <- equations(theta, dy, D, X, w, method)
  V <- solve(A) %*% (crossprod(E) / n) %*% t(solve(A)) / n
  pick <- c(rep(0, 2 * k), 1, -1)
  c(att = eta[1] - eta[2], se = sqrt(drop(t(pick) %*% V %*% pick)))
}

cat("#", R.version.string, "\n", sep = " ")
cat("method,control,cohort,period,att,se\n")
for (method in c("dr", "reg", "ipw")) for (control in c("never", "not-yet")) for (g in c(3, 4, 6)) for (t in 2:P) {
  base <- if (t >= g) g - 1 else t - 1
  others <- if (control == "never") is.infinite(first) else first > t & first != g
  rows <- first == g | others
  r <- cell((Y[, t] - Y[, base])[rows], as.numeric(first == g)[rows], X[rows, ], w[rows], method)
  cat(sprintf("%s,%s,%d,%d,%.15g,%.15g\n", method, control, g, t, r[1], r[2]))
}
