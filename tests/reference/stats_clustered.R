# Reference values for tests/stats/clusters/test_clustered.py. Run from the checkout (package clubSandwich):
#   Rscript tests/reference/stats_clustered.R > tests/reference/stats_clustered.csv
# Rows are made by a whole-number formula, 420 of 14 or 13 clusters in 4 groups ("nested": each cluster in one group;
# "crossing": every cluster in all), then glm, binomial. Dense matrices on rows: Z = W^(1/2) X, H = Z M Z',
# CR2 = sum over clusters of (c'M Z_g' (I - H_gg)^(-1/2) e_g)^2, e the Pearson residuals; trace and squares of the
# covariance of its parts when e has covariance (I - H)(I + tau Z1 Z1' by cluster)(I - H), Z1 = W^(1/2) 1.
# club: clubSandwich's CR2 and Satterthwaite test, which takes another root (Cholesky factors of the working variance);
# equal_*: a balanced saturated case, in which all weights are the same and both roots coincide.
suppressMessages(library(clubSandwich))
cat(sprintf("# %s, clubSandwich %s\n", R.version.string, packageVersion("clubSandwich")))
cat("case,what,at,value\n")
out <- function(case, what, value) cat(sprintf("%s,%s,%d,%.17g\n", case, what, seq_along(value) - 1L, value), sep = "")
root <- function(A) { e <- eigen(A, symmetric = TRUE); e$vectors %*% (ifelse(e$values > 1e-7, 1 / sqrt(pmax(e$values, 1e-7)), 0) * t(e$vectors)) }
freedom <- function(f, cl, tau) { X <- model.matrix(f); p <- fitted(f); w <- p * (1 - p); Z <- sqrt(w) * X
  M <- solve(t(Z) %*% Z); H <- Z %*% M %*% t(Z); e <- (f$y - p) / sqrt(w); n <- length(p)
  A <- sapply(unique(cl), function(g) { i <- which(cl == g); a <- rep(0, n)
    a[i] <- root(diag(length(i)) - H[i, i]) %*% Z[i, ] %*% M[, 2]; a })
  S <- diag(n) + tau * outer(sqrt(w), sqrt(w)) * outer(cl, cl, "=="); R <- diag(n) - H
  O <- t(A) %*% R %*% S %*% R %*% A; c(se = sqrt(sum((t(A) %*% e)^2)), df = sum(diag(O))^2 / sum(O^2)) }
moment <- function(f, cl) { p <- fitted(f); w <- p * (1 - p); Z <- sqrt(w) * model.matrix(f); M <- solve(t(Z) %*% Z)
  R <- diag(length(p)) - Z %*% M %*% t(Z); e <- (f$y - p) / sqrt(w); B <- sapply(unique(cl), function(g) sqrt(w) * (cl == g))
  q <- colSums(B^2); base <- diag(t(B) %*% R %*% B); each <- t(B) %*% R %*% B
  max(0, sum(((t(B) %*% e)^2 - base) / q) / sum(rowSums(each^2) / q)) }
i <- 1:420; dark <- as.numeric((i * 7) %% 5 < 2); x <- ((i * 37) %% 101) / 50 - 1
for (case in c("nested", "crossing")) { cl <- if (case == "nested") floor(sqrt(i * .46)) else ((i %/% 7) * i + i %/% 30) %% 13
  g <- if (case == "nested") cl %% 4 else (i * 11) %% 4
  y <- as.numeric(((i * 53 + 17 * cl^2) %% 97) / 97 < plogis(-.5 + .4 * dark + .5 * x + 2 * sin(3 * cl)))
  f <- glm(y ~ dark + x + factor(g), binomial, control = glm.control(epsilon = 1e-14, maxit = 100))
  out(case, "cluster", cl); out(case, "group", g); out(case, "y", y); out(case, "coefficient", coef(f)[[2]])
  out(case, "bell", freedom(f, cl, 0)); tau <- moment(f, cl); out(case, "tau", tau); out(case, "ours", freedom(f, cl, tau))
  out(case, "fixed", freedom(f, cl, .3))
  t <- coef_test(f, vcov = "CR2", cluster = cl, test = "Satterthwaite"); out(case, "club", c(t$SE[2], if (is.null(t$df_Satt)) t$df[2] else t$df_Satt[2])) }
# Balanced: 12 clusters of 20, half with dark = 1, shares of dark and light add up to 1.
cl <- rep(1:12, each = 20); dark <- as.numeric(cl > 6); k <- c(8, 9, 10, 11, 7, 9); k <- c(k, 20 - k)
y <- as.numeric(unlist(lapply(k, function(m) rep(c(1, 0), c(m, 20 - m)))))
f <- glm(y ~ dark, binomial, control = glm.control(epsilon = 1e-14))
t <- coef_test(f, vcov = "CR2", cluster = cl, test = "Satterthwaite")
out("equal", "k", k); out("equal", "club", c(t$SE[2], if (is.null(t$df_Satt)) t$df[2] else t$df_Satt[2])); out("equal", "bell", freedom(f, cl, 0))
