# Reference values for tests/stats/classes/test_class_randomisation.py. R with limma; run from the checkout:
#   Rscript tests/reference/stats_classes.R > tests/reference/stats_classes.csv
# Each place: weighted least squares of the deviations on an indicator of the side (lm), its residual variance squeezed
# with limma::fitFDist's degrees of freedom towards 1; the permutation p over every order of the standardised deviations.
suppressMessages(library(limma))
cat(sprintf("# %s, limma %s\n", R.version.string, packageVersion("limma")))
cat("place,x,variance,side,difference,se,prior,p_greater,p_less\n")
natural <- 0.125
places <- 24; sizes <- rep(c(6, 5, 4), 8); serious <- rep(c(3, 3, 2), 8)
data <- lapply(seq_len(places), function(j) {
  o <- seq_len(sizes[j]); side <- c(rep(-1, serious[j]), rep(1, sizes[j] - serious[j]))
  v <- 0.02 + ((j * 7 + o * 13) %% 17) / 60
  spread <- 0.25 + 0.7 * ((j %% 5) == 0) + 0.5 * ((j %% 7) == 0)
  x <- spread * sin(j * 1.7 + o * 2.3) + spread * cos(j * o) + 0.5 * (j == 3) * (side > 0)
  list(x = x, v = v, side = side, w = 1 / (v + natural)) })
rss <- function(d, side) deviance(lm(d$x ~ I(side > 0), weights = d$w))
df <- sizes - 2
prior <- fitFDist(sapply(data, function(d) rss(d, d$side)) / df, df1 = df)$df2
contrast <- function(d, x) { on <- d$side > 0
  D <- weighted.mean(x[on], d$w[on]) - weighted.mean(x[!on], d$w[!on])
  s2 <- (prior + deviance(lm(x ~ I(d$side > 0), weights = d$w))) / (prior + length(x) - 2)
  c(D, sqrt((1 / sum(d$w[on]) + 1 / sum(d$w[!on])) * s2)) }
orders <- function(n) if (n == 1) matrix(1) else { p <- orders(n - 1)
  do.call(rbind, lapply(1:n, function(i) cbind(i, ifelse(p >= i, p + 1, p)))) }
for (j in seq_len(places)) { d <- data[[j]]; true <- contrast(d, d$x); own <- true[1] / true[2]
  m <- weighted.mean(d$x, d$w); z <- (d$x - m) * sqrt(d$w)
  all <- apply(orders(length(z)), 1, function(o) { t <- contrast(d, m + z[o] / sqrt(d$w)); t[1] / t[2] })
  up <- mean(all >= own - 1e-9 * (1 + abs(own))); down <- mean(all <= own + 1e-9 * (1 + abs(own)))
  cat(sprintf("%d,%.17g,%.17g,%d,%.17g,%.17g,%.17g,%.17g,%.17g\n", j, d$x, d$v, d$side, true[1], true[2], prior, up, down), sep = "") }
