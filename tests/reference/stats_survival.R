# Reference values for tests/stats/survival/test_kaplan_meier.py, survival/test_log_rank.py, survival/test_log_rank_robust.py, survival/test_cox.py, survival/test_cox_check.py. Run from the checkout:
#   Rscript tests/reference/stats_survival.R > tests/reference/stats_survival.csv
# Needs the package survival (recommended with R). Data come from whole-number formulas, repeated in tests/stats/held.py.
suppressMessages(library(survival))
cat(sprintf("# %s, survival %s\n", R.version.string, packageVersion("survival")))
cat("case,quantity,index,value\n")
put <- function(case, quantity, values) cat(sprintf("%s,%s,%d,%.17g\n", case, quantity, seq_along(values) - 1L, as.numeric(values)), sep = "")
i <- 1:240; focal <- as.integer((i * 7) %% 3 == 0); m <- (i * 37) %% 101
d <- data.frame(time = 1 + ((i * i * 7 + i * 31) %% 97 * (2 + focal) * (250 - m)) %/% 400, event = as.integer((i * 13) %% 10 < 7),
  focal = focal, stratum = i %% 4, count = 1 + i %% 5, cluster = (i * i + i) %% 23, x = m / 50 - 1)
d$entry <- floor(d$time * ((i * 11) %% 10) / 12)
big <- d[rep(i, d$count), ] # rows that stand for several persons, spread out
early <- d[d$entry < 40 & d$time > 5, ] # enough at risk from the first event on

# survfit(Surv(time, event) ~ 1, conf.type = "log-log")
km <- function(case, f) { keep <- f$n.event > 0; for (q in c("time", "n.risk", "n.event", "surv", "std.err", "lower", "upper")) {
  v <- if (q == "std.err") f$std.err * f$surv else f[[q]]; put(case, q, v[keep]) } }
for (l in c(.9, .95)) km(sprintf("km_plain_%g", l), survfit(Surv(time, event) ~ 1, d, conf.type = "log-log", conf.int = l))
km("km_count", survfit(Surv(time, event) ~ 1, big, conf.type = "log-log"))
km("km_entry", survfit(Surv(entry, time, event) ~ 1, early, conf.type = "log-log"))
aml <- data.frame(time = c(9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45),
  event = c(1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1), focal = rep(1:0, c(11, 12)))
km("km_aml_1", survfit(Surv(time, event) ~ 1, aml[aml$focal == 1, ], conf.type = "log-log"))
for (tau in c(24, 48, 90)) for (case in c("plain", "entry")) { # print(fit, rmean = tau)
  f <- if (case == "plain") survfit(Surv(time, event) ~ 1, d) else survfit(Surv(entry, time, event) ~ 1, early)
  s <- summary(f, rmean = tau)$table; put(sprintf("rmean_%s_%g", case, tau), "mean_se", s[c("rmean", "se(rmean)")]) }
for (j in 0:3) { s <- summary(survfit(Surv(time, event) ~ 1, d[d$stratum == j, ], conf.type = "log-log"), times = c(1, 24, 48, 72), extend = TRUE)
  put(sprintf("at_%d", j), "share", s$surv); put(sprintf("at_%d", j), "se", s$std.err); put(sprintf("at_%d", j), "low", s$lower)
  put(sprintf("at_%d", j), "high", s$upper); put(sprintf("at_%d", j), "n.risk", s$n.risk) }

# survdiff(Surv(time, event) ~ focal [+ strata(stratum)])
lr <- function(case, f) { last <- function(x) if (is.matrix(x)) rowSums(x) else x
  put(case, "observed", last(f$obs)[2]); put(case, "expected", last(f$exp)[2]); put(case, "variance", f$var[2, 2]); put(case, "chisq", f$chisq) }
lr("lr_plain", survdiff(Surv(time, event) ~ focal, d)); lr("lr_strata", survdiff(Surv(time, event) ~ focal + strata(stratum), d))
lr("lr_count", survdiff(Surv(time, event) ~ focal + strata(stratum), big)); lr("lr_aml", survdiff(Surv(time, event) ~ focal, aml))
for (j in 0:3) lr(sprintf("lr_place_%d", j), survdiff(Surv(time, event) ~ focal, d[d$stratum == j, ]))
# with late entry: the score test of the Cox model with ties taken as Breslow does has the same numerator
e <- coxph(Surv(entry, time, event) ~ focal + strata(stratum), early, ties = "breslow", init = 0, iter.max = 0)
put("lr_entry", "gap", sum(residuals(e, "score")))

# coxph(..., ties = "efron")
strict <- coxph.control(eps = 1e-13, iter.max = 60, toler.chol = 1e-14)
cox <- function(case, f) { put(case, "coef", coef(f)); put(case, "se", sqrt(diag(if (is.null(f$naive.var)) f$var else f$naive.var)))
  put(case, "loglik", f$loglik); put(case, "score", f$score); if (!is.null(f$naive.var)) put(case, "robust", sqrt(diag(f$var))) }
check <- function(case, f) for (tr in c("km", "rank", "identity")) { z <- cox.zph(f, transform = tr)$table
  put(paste0(case, "_", tr), "chisq", z[, "chisq"]); put(paste0(case, "_", tr), "p", z[, "p"]) }
fits <- list(cox_plain = coxph(Surv(time, event) ~ focal + x, d, ties = "efron", control = strict),
  cox_strata = coxph(Surv(time, event) ~ focal + x + strata(stratum), d, ties = "efron", control = strict),
  cox_count = coxph(Surv(time, event) ~ focal + x + strata(stratum), big, ties = "efron", control = strict),
  cox_entry = coxph(Surv(entry, time, event) ~ focal + x + strata(stratum), early, ties = "efron", control = strict),
  cox_aml = coxph(Surv(time, event) ~ focal, aml, ties = "efron", control = strict),
  cox_far = coxph(Surv(time, event) ~ focal + I(1e6 + 300 * x), d, ties = "efron", control = strict))
for (case in names(fits)) { cox(case, fits[[case]]); if (case != "cox_far") check(case, fits[[case]]) }
cox("cox_cluster", coxph(Surv(time, event) ~ focal + x, d, ties = "efron", cluster = cluster, control = strict))
cox("cox_cluster_strata", coxph(Surv(time, event) ~ focal + x + strata(stratum), big, ties = "efron", cluster = cluster, control = strict))
cox("cox_cluster_entry", coxph(Surv(entry, time, event) ~ focal + x, early, ties = "efron", cluster = cluster, control = strict))
# leave one cluster out: (G - 1) / G times the squares of the changes of the coefficients
full <- fits$cox_plain; out <- sapply(sort(unique(d$cluster)), function(g) coef(coxph(Surv(time, event) ~ focal + x, d[d$cluster != g, ], ties = "efron", control = strict)))
put("cox_cluster", "jackknife", sqrt(rowSums((out - coef(full))^2) * (ncol(out) - 1) / ncol(out)))
# robust score test of one covariate, as print(summary(f)) has it
robust <- function(case, f) put(case, "rscore", f$rscore)
robust("rscore_plain", coxph(Surv(time, event) ~ focal, d, ties = "efron", cluster = cluster, control = strict))
robust("rscore_strata", coxph(Surv(time, event) ~ focal + strata(stratum), big, ties = "efron", cluster = cluster, control = strict))
robust("rscore_entry", coxph(Surv(entry, time, event) ~ focal, early, ties = "efron", cluster = cluster, control = strict))
