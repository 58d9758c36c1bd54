# Reference fits for tests/stats/ratios/test_stratified.py. Base R; run from the checkout:
#   Rscript tests/reference/stats_stratified.R DATA > tests/reference/stats_stratified.csv
# DATA: frisk_with_noise.txt (Gelman & Hill, New York stop-and-frisk), named by its location on the reader's machine.
# The case "simulated" is made here from a fixed formula, so that the test needs no file.
cat(sprintf("# %s\n", R.version.string))
cat("case,model,quantity,value\n")
models <- function(case, d) {
  fits <- list(constant = glm(n ~ 1, poisson, d, offset = log(e), control = glm.control(1e-14, 100)),
    groups = glm(n ~ g, poisson, d, offset = log(e), control = glm.control(1e-14, 100)),
    places_and_groups = glm(n ~ g + j, poisson, d, offset = log(e), control = glm.control(1e-14, 100)))
  for (m in names(fits)) { f <- fits[[m]]; s <- summary(f)$coefficients
    put <- function(q, v) cat(sprintf("%s,%s,%s,%.17g\n", case, m, q, v))
    if (m != "places_and_groups") put("intercept", coef(f)[1])
    for (k in grep("^g", rownames(s))) { put(paste0("coefficient_", rownames(s)[k]), s[k, 1]); put(paste0("se_", rownames(s)[k]), s[k, 2]) }
    pearson <- sum(residuals(f, "pearson")^2)
    put("deviance", deviance(f)); put("pearson", pearson); put("df", df.residual(f)); put("dispersion", pearson / df.residual(f)) }
}
frisk <- read.table(commandArgs(TRUE)[1], header = TRUE)
a <- aggregate(cbind(n = stops, e = past.arrests) ~ eth + precinct, frisk, sum)
models("frisk", transform(a, g = factor(eth - 1), j = factor(precinct)))
j <- rep(1:75, each = 3); g <- rep(0:2, 75)
n <- (j * j * 7 + g * 13 * j + 5 * g) %% 211 * (j %% 5 + 1); e <- 20 + (j * 37 + g * 101) %% 509
keep <- e %% 17 != 0 # some cells without exposure
models("simulated", data.frame(n, e, g = factor(g), j = factor(j))[keep, ])
