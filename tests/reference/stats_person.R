# Reference values for tests/stats/strata/test_person_fixed_effects.py. R with clubSandwich; run from the checkout:
#   Rscript tests/reference/stats_person.R > tests/reference/stats_person.csv
# The rows are made from whole-number formulas that the test repeats.
suppressMessages(library(clubSandwich))
cat(sprintf("# %s, clubSandwich %s\n", R.version.string, packageVersion("clubSandwich")))
cat("case,effect,se,df,p_greater\n")
r <- 0:239
d <- data.frame(person = factor((r * r + r %/% 5) %% 61), stratum = factor((r * 7 + r %/% 9) %% 5),
  x = as.numeric((r * r + 3 * r) %% 7 < 3), y = as.numeric((r * 13 + r %/% 11) %% 6 < 2))
d$both <- d$x * d$y
one <- function(case, fit, p) { t <- coef_test(fit, vcov = "CR2", cluster = d$person, test = "Satterthwaite", coefs = "x")
  cat(sprintf("%s,%.17g,%.17g,%.17g,%.17g\n", case, t$beta, t$SE, t$df, p)) }
# The exact p: stats::mantelhaen.test(exact = TRUE) is the sum of hypergeometric counts over persons.
s <- aggregate(cbind(x, y, both, n = 1) ~ person, d, sum)
s <- s[s$x > 0 & s$x < s$n & s$y > 0 & s$y < s$n, ]
tab <- array(0, c(2, 2, nrow(s)))
tab[1, 1, ] <- s$both; tab[1, 2, ] <- s$x - s$both; tab[2, 1, ] <- s$y - s$both; tab[2, 2, ] <- s$n - s$x - s$y + s$both
p <- mantelhaen.test(tab, exact = TRUE, alternative = "greater")$p.value
one("person", lm(y ~ x + person, d), p)
one("additive", lm(y ~ x + person + stratum, d), NA)
one("interacted", lm(y ~ x + interaction(person, stratum, drop = TRUE), d), NA)
