# Reference values for tests/stats/test_class_randomisation.py. R with limma; run from the checkout:
#   Rscript tests/reference/stats_classes.R > tests/reference/stats_classes.csv
# Each place: weighted least squares of the deviations on an indicator of the side (lm), its residual variance squeezed
# with limma::fitFDist's degrees of freedom towards 1; the permutation p by combn over every relabelling.
suppressMessages(library(limma))
cat(sprintf("# %s, limma %s\n", R.version.string, packageVersion("limma")))
cat("place,x,variance,side,difference,se,prior,p_greater,p_less\n")
natural <- 0.125
places <- 30; sizes <- rep(c(7, 8, 6), 10); serious <- rep(c(4, 4, 3), 10)
data <- lapply(seq_len(places), function(j) {
  o <- seq_len(sizes[j]); side <- c(rep(-1, serious[j]), rep(1, sizes[j] - serious[j]))
  v <- 0.02 + ((j * 7 + o * 13) %% 17) / 60
  spread <- 0.3 + 0.25 * ((j %% 5) == 0) + 0.2 * ((j %% 7) == 0)
  x <- spread * sin(j * 1.7 + o * 2.3) + spread * cos(j * o) + 0.5 * (j == 3) * (side > 0)
  list(x = x, v = v, side = side, w = 1 / (v + natural)) })
rss <- function(d, side) deviance(lm(d$x ~ I(side > 0), weights = d$w))
df <- sizes - 2
prior <- fitFDist(sapply(data, function(d) rss(d, d$side)) / df, df1 = df)$df2
contrast <- function(d, side) { on <- side > 0
  D <- weighted.mean(d$x[on], d$w[on]) - weighted.mean(d$x[!on], d$w[!on])
  s2 <- (prior + rss(d, side)) / (prior + length(side) - 2)
  c(D, sqrt((1 / sum(d$w[on]) + 1 / sum(d$w[!on])) * s2)) }
for (j in seq_len(places)) { d <- data[[j]]; true <- contrast(d, d$side); own <- true[1] / true[2]
  all <- combn(length(d$side), sum(d$side > 0), function(i) { s <- rep(-1, length(d$side)); s[i] <- 1; t <- contrast(d, s); t[1] / t[2] })
  up <- mean(all >= own - 1e-9 * (1 + abs(own))); down <- mean(all <= own + 1e-9 * (1 + abs(own)))
  cat(sprintf("%d,%.17g,%.17g,%d,%.17g,%.17g,%.17g,%.17g,%.17g\n", j, d$x, d$v, d$side, true[1], true[2], prior, up, down), sep = "") }
