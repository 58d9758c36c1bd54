"""The card of the signal ethnicity-recording."""

from __future__ import annotations

from auditor.findings.card import Card

CARD = Card(
    name="ethnicity-recording",
    family="recording",
    section=4,
    title="Is ethnicity recorded",
    question="Are people whose surname and county make it likely that they are Hispanic recorded as Hispanic?",
    null="As many people here are recorded as Hispanic as surnames and county of residence lead one to expect.",
    needs="Stops, arrests or bookings row by row with surname and recorded ethnic group (agency, officer and date "
    "besides, for the comparisons of these), and the optional surname tables: pip install 'auditor[surnames]'.",
    measures="The share of people who are Hispanic by surname and county, estimated over all of them, over the share "
    "recorded as Hispanic. Above 1, too few are recorded. No single person's ethnicity is inferred: sums of many "
    "chances estimate counts.",
    assumptions=(
        "Within Hispanic people, and within all others, surnames are as common among those recorded here as among the "
        "residents of the county in 2010; how large a share of them is Hispanic may differ from the residents'.",
        "The county of the event stands for that of residence.",
        "Whether a surname is in the file does not depend on the recorded group.",
    ),
    misleads=(
        "A surname is not ethnicity: people marry, are adopted, and describe themselves in their own way. Filipino, "
        "Portuguese and American Indian people may have Spanish surnames, and many Hispanic people have none.",
        "National shares of a name's bearers are wrong by some per cent in any one county: with many people the "
        "interval, which is of sampling alone, excludes 1 where records are right. Places are therefore compared with "
        "each other.",
        "Names of fewer than a hundred bearers in 2010 are left out, with whoever has no name in the file.",
        "A file whose groups were filled in from surnames agrees with surnames: it is refused where the source says "
        "so, and goes unnoticed where it does not.",
        "People are judged by the recorded group alone: those of unrecorded group are left out, and no range is shown "
        "of what they could change. The test of records without a group tells how many they are.",
        "Too few recorded makes every ratio of recorded groups too low: other tests that show nothing there clear "
        "nobody.",
    ),
    references=(
        "Elliott, M. N., Morrison, P. A., Fremont, A., McCaffrey, D. F., Pantoja, P. & Lurie, N. (2009). Using the "
        "Census Bureau's surname list to improve estimates of race/ethnicity. Health Services and Outcomes Research "
        "Methodology 9, 69-83.",
        "Saerens, M., Latinne, P. & Decaestecker, C. (2002). Adjusting the outputs of a classifier to new a priori "
        "probabilities. Neural Computation 14, 21-41.",
        "Zou, G. Y. & Donner, A. (2008). Construction of confidence limits about effect measures. Statistics in "
        "Medicine 27, 1693-1702.",
        "Freedman, D. & Lane, D. (1983). A nonstochastic interpretation of reported significance levels. J. Business & "
        "Economic Statistics 1, 292-298.",
    ),
    formulae=(
        "P = P(Hispanic | surname, county): proportional to P(group | surname) P(county | group), Census 2010, then in "
        "bins a quarter of a log-odd wide",
        "s maximises sum_i log(1 + s x_i), x_i = odds(P_i) / odds(residents' share) - 1: the share of Hispanic people "
        "among those in the file, whatever it is among residents",
        "U = s / (recorded Hispanic / n); limits by Zou and Donner from those of s (likelihood ratio) and of the "
        "recorded share (Wilson), with the correlation of the two; plain sum beside it: sum P / recorded",
        "p = P(N(0, 1) >= 1.96 log U / (log U - log low)), agreeing with the interval",
        "screen: persons not recorded as Hispanic, k of n, against b = 1 - s; an odds ratio theta against b is "
        "U = 1 - b + b theta",
        "persons with P >= .75: share recorded as white, against mean (1 - P)",
        "officers and agencies: persons with P >= .75 not recorded as Hispanic, against colleagues of the same place "
        "bin by bin, leaving each out; Benjamini and Hochberg at .05",
        "mandates: step beside a straight trend in the monthly share recorded as Hispanic among persons with P >= .75; "
        "residuals turned in a circle, 2 T arrangements",
        "unusable: recorded share below a third of the residents' share",
    ),
    controls="There are none: a second group whose names tell as much is too small in most counties to say how far "
    "recording errs where nobody gains by it. Places are compared with each other, so what is wrong with names "
    "everywhere cancels, and no place can rise above pattern-worth-examining on it. Measured by itself "
    "(benchmarks/recording_cells.py; 400 places, q = .05, 100 runs each): no flag where nobody under-records, at "
    "natural differences of SD 0, .15 and .25 in log U; where 5 % of places record one in 2.7 of the group, .99 of "
    "them are flagged without natural differences, .07 at SD .15 and none at .25, since the tails of so few peers are "
    "taken as heavy. Error rates together with other tests are not measured, so it is described only.",
)
