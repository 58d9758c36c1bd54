"""The card of the signal missing-ethnicity."""

from __future__ import annotations

from auditor.findings.card import Card

CARD = Card(
    name="missing-ethnicity",
    family="recording",
    section=4,
    title="Records without an ethnic group",
    question="How many records have no ethnic group, does that depend on what was done to the person, and what could "
    "the gaps hide?",
    null="None is tested: these are facts about the records, with the range that the gaps leave open.",
    needs="Events by ethnic group, in which the group of some is not recorded; row by row with search, citation, "
    "booking, detainer or disposition for the question whether gaps go with the outcome; residents by group for the "
    "range.",
    measures="The share of records without a group, its change over time, the odds of a gap with an outcome against "
    "without it, and the ratio of two groups' rates if every gap were the one group's or the other's.",
    assumptions=(
        "A blank group in a source that records groups is a gap; a source that records none says nothing.",
        "The range over the gaps assumes nothing of how they came about; the groups that are recorded are taken as "
        "right unless error rates are given.",
        "Within an agency and month, whether gaps go with an outcome is asked as if outcomes were shuffled among "
        "records.",
    ),
    misleads=(
        "Few gaps do not mean that the groups are right: people may be recorded as of another group.",
        "Where gaps go with the outcome, leaving them out changes every comparison of outcomes; filling them by the "
        "shares of the recorded ones does too.",
        "The range and the interval are two kinds of doubt: one is of what is not known, the other of chance. They are "
        "never one bar.",
        "It describes records and raises no verdict: gaps are as large where nobody has anything to hide.",
    ),
    references=(
        "Manski, C. F. (2003). Partial Identification of Probability Distributions.",
        "Tarone, R. E. (1979). Testing the goodness of fit of the binomial distribution. Biometrika 66, 585-590.",
        "Mantel, N. & Haenszel, W. (1959). JNCI 22, 719-748.",
        "Rogan, W. J. & Gladen, B. (1978). Estimating prevalence from the results of a screening test. American "
        "Journal of Epidemiology 107, 71-76.",
        "Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions. Statistics in "
        "Medicine 17, 873-890.",
    ),
    formulae=(
        "share = records without a group / records of sources that record groups, with its Wilson interval",
        "over time: share of the later half of the months less that of the earlier half; more variation between months "
        "than binomial by Tarone's statistic, rho by moments",
        "by outcome: Mantel-Haenszel odds ratio of a gap over agency by month; p = twice the smaller tail of the exact "
        "shuffle within them",
        "range: L = (n_c / E_c) / ((n_r + U) / E_r), Hi = ((n_c + U) / E_c) / (n_r / E_r); limits: lower exact limit "
        "at L, upper exact limit at Hi",
        "tipping share: s with (n_c + (1 - s) U) / E_c = (n_r + s U) / E_r",
        "with sensitivity and specificity in given ranges: true share = (recorded share + sp - 1) / (se + sp - 1) at "
        "the two corners",
    ),
    controls="There are none: nothing is tested.",
)
