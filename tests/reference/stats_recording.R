# Reference values for tests/stats/recording/test_recording.py, recording/test_prior_shift.py, recording/test_misclassified.py. Base R; from the checkout:
#   Rscript tests/reference/stats_recording.R > tests/reference/stats_recording.csv
cat(sprintf("# %s\n", R.version.string))
cat("case,value,low,high\n")
out <- function(case, v, l, h) cat(sprintf("%s,%.17g,%.17g,%.17g\n", case, v, l, h))
# Fieller: U with (S - U H)^2 = z^2 (Q - 2 U B + U^2 H), by uniroot on the pivot.
fieller <- function(S, H, Q, B) { z <- qnorm(.975); U <- S / H
  g <- function(u) (S - u * H)^2 - z^2 * (Q - 2 * u * B + u^2 * H)
  out(sprintf("fieller-%g", H), U, uniroot(g, c(0, U), tol = 1e-13)$root, uniroot(g, c(U, 1e4), tol = 1e-13)$root) }
fieller(60, 40, 50, 33); fieller(12, 8, 9, 5)
# Share of a mixture: maximum likelihood and likelihood-ratio limits by optimize and uniroot.
shift <- function(case, n, p, prior) { l <- (p / (1 - p)) / (prior / (1 - prior))
  ll <- function(s) sum(n * log(s * l + 1 - s))
  m <- optimize(ll, c(0, 1), maximum = TRUE, tol = 1e-12)$maximum; drop <- qchisq(.95, 1) / 2
  f <- function(s) ll(m) - ll(s) - drop
  out(case, m, if (f(1e-12) > 0) uniroot(f, c(1e-12, m), tol = 1e-13)$root else 0,
    if (f(1 - 1e-12) > 0) uniroot(f, c(m, 1 - 1e-12), tol = 1e-13)$root else 1) }
shift("shift-many", c(500, 200, 100, 80, 60), c(.01, .1, .4, .8, .97), .2)
shift("shift-few", c(9, 2, 1, 2, 3), c(.02, .1, .5, .8, .95), .3)
shift("shift-near-zero", c(40, 3, 0.0001, 0, 0), c(.01, .2, .4, .8, .97), .15)
# Rogan and Gladen's share with the limits of binom.test put through it, as a ratio of rates.
rg <- function(h, w, eh, ew, se, sp) { t <- function(p) { q <- min(max((p + sp - 1) / (se + sp - 1), 0), 1); q / (1 - q) * ew / eh }
  ci <- binom.test(h, h + w)$conf.int; out(sprintf("rogan-gladen-%g", h), t(h / (h + w)), t(ci[1]), t(ci[2])) }
rg(60, 140, 100, 300, .8, .98); rg(7, 90, 50, 400, .7, .99); rg(900, 4000, 2000, 8000, .95, .98)
# Ratio of shares: delta method with numerical slopes of the log ratio.
share <- function(case, x, se, sp) { f <- function(x) { kh <- x[1]; nh <- x[1] + x[2]; kw <- x[3]; nw <- x[3] + x[4]
    log((sp * kh - (1 - sp) * kw) / (sp * nh - (1 - sp) * nw) / ((se * kw - (1 - se) * kh) / (se * nw - (1 - se) * nh))) }
  g <- sapply(1:4, function(i) { e <- x[i] * 1e-5; d <- replace(numeric(4), i, e); (8 * (f(x + d) - f(x - d)) - (f(x + 2 * d) - f(x - 2 * d))) / (12 * e) })
  s <- sqrt(sum(g^2 * x)); out(case, exp(f(x)), exp(f(x) - qnorm(.975) * s), exp(f(x) + qnorm(.975) * s)) }
share("share-one", c(60, 300, 90, 900), .8, .97); share("share-two", c(500, 700, 800, 4000), .7, .99)
