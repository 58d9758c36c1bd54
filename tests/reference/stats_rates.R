# Reference values for tests/stats/ratios/test_rates.py. Base R; run from the checkout:
#   Rscript tests/reference/stats_rates.R > tests/reference/stats_rates.csv
# error = 0: poisson.test(c(h, w), c(eh, ew)), which is the conditional test; mid-P from dbinom and pbinom.
# error > 0: the same tails summed over a fine grid of normal errors of the log exposure ratio, limits by uniroot.
cat(sprintf("# %s\n", R.version.string))
cat("h,w,exposure_h,exposure_w,cv_h,cv_w,level,low,high,p_greater,p_less,mid_p_greater\n")
out <- function(...) cat(paste(sprintf("%.17g", c(...)), collapse = ","), "\n", sep = "")
cases <- list(c(152,9,2540,16918), c(30,100,1000,4000), c(3,0,1,2), c(0,4,1,3), c(1,1,5,5), c(12,40,72628,613662),
  c(594,130,11699,34506), c(20,2000,.5,80), c(700,650,1e5,1e5), c(1,500,2,1500), c(40,1,900,30))
for (x in cases) for (l in c(.9,.95,.999)) {
  h <- x[1]; w <- x[2]; p <- x[3] / (x[3] + x[4])
  g <- poisson.test(c(h, w), x[3:4], conf.level = l)$conf.int
  pg <- poisson.test(c(h, w), x[3:4], alternative = "greater")$p.value
  pl <- poisson.test(c(h, w), x[3:4], alternative = "less")$p.value
  out(x, 0, 0, l, g[1], g[2], pg, pl, pbinom(h, h + w, p, lower.tail = FALSE) + dbinom(h, h + w, p) / 2)
}
z <- seq(-12, 12, by = .004); weight <- dnorm(z) * .004 # brute force: at least ten points on the narrowest step
average <- function(f) sum(weight * f(z))
for (x in cases) for (cv in list(c(.02, .01), c(.15, .05), c(.6, 0), c(.002, .0005))) {
  h <- x[1]; w <- x[2]; n <- h + w; s <- sqrt(log1p(cv[1]^2) + log1p(cv[2]^2)); off <- log(x[3] / x[4]); a <- .025
  up <- function(k, c0) if (k == 0) 1 else average(function(z) pbinom(k - 1, n, plogis(c0 + s * z), lower.tail = FALSE))
  lo <- function(k, c0) if (k == n) 1 else average(function(z) pbinom(k, n, plogis(c0 + s * z)))
  ends <- log((h + .5) / (w + .5)) + c(-1, 1) * (6 * s + 8 * sqrt(1 / (h + .5) + 1 / (w + .5)))
  solve1 <- function(f) uniroot(function(c0) log(f(c0)) - log(a), ends, tol = 1e-12)$root
  low <- if (h == 0) 0 else exp(solve1(function(c0) up(h, c0)) - off)
  high <- if (w == 0) Inf else exp(solve1(function(c0) lo(h, c0)) - off)
  out(x, cv, .95, low, high, up(h, off), lo(h, off), (up(h, off) + (if (h == n) 0 else up(h + 1, off))) / 2)
}
