"""Words that no Spanish page and no Spanish letter may use: the same rules as in English, name by name.

Patterns are joined by "or" and tried without regard to case, as in :mod:`auditor.report.wording`.
"""

from __future__ import annotations

from typing import Final

_PERSON = (
    r"(?:personas?|gente|inmigrantes?|migrantes?|extranjer[oa]s?|detenid[oa]s?|individuos?|trabajador(?:a|es|as)?)"
)

SPANISH: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    (
        "profiled",
        "a statistic does not say that anyone profiled",
        (
            r"\bperfil(?:ó|aron|aban?|an a)\b",
            r"\b(?:hubo|hay|practica\w*|incurr\w+ en|cometi\w+|realiz\w+)\s+(?:\w+\s+){0,2}perfilamiento",
            r"\b(?:de)?muestran? que (?:hubo|hay) perfil",
            r"\bperfilador(?:es|a)?\b",
        ),
    ),
    ("racist", "a statistic does not judge people", (r"\bracistas?\b", r"\bracismo\b", r"\bxen[oó]fob\w+")),
    (
        "guilt",
        "legal conclusions are reserved for people",
        (
            r"\bculpab(?:les?|ilidad)\b",
            r"\b(?:viol|infring|quebrant|incumpli)(?:ó|ió|aron|ieron)\s+(?:la\s+)?(?:ley|constitución)\b",
            r"(?<!no es una determinación de )(?<!no una determinación de )\bconducta (?:ilícita|ilegal)\b",
            r"\b(?:arrestos?|prácticas?|paradas?|detenci(?:ón|ones)) (?:ilegal|ilícit)\w*",
            r"\bilegalmente\b",
        ),
    ),
    (
        "proof",
        "statistics do not prove",
        (
            r"\b(?:esto|eso|ello|se) prueba que\b",
            r"\bprueban que\b",
            r"\bprob(?:ó|aron) que\b",
            r"\bdemuestran?\b",
            r"\bdemostr(?:ó|aron|ad[oa]s?)\b",
            r"(?<!no )(?<!no es )(?<!no son )\b(?:es|son|constituyen?) (?:una )?prueba de (?:que|perfil|discrim)",
        ),
    ),
    (
        "cause",
        "these designs do not show causes",
        (
            r"\bpor (?:(?:causa|culpa|razón) de )?su (?:raza|etnia|etnicidad|origen|color|piel)\b",
            r"\b(?:a causa|por causa|por razón|debido a(?: causa)?) (?:de )?(?:la |su )?"
            r"(?:raza|etnia|etnicidad|origen)\b",
            r"\bcaus(?:ó|aron|ad[oa]s?|ando)\b",
            r"\bintencional(?:mente|es)?\b",
            r"\bdeliberad(?:[oa]s?|amente)\b",
            r"\ba propósito\b",
            r"\bmotivad[oa]s? por\b",
        ),
    ),
    (
        "chance",
        "a p-value is not the probability of an explanation",
        (
            r"\d\s?% de (?:probabilidad|probabilidades|posibilidad|posibilidades) de que\b",
            r"\bprobabilidad(?:es)? del \d+\s?% de que\b",
            r"\b(?:se deba?|debid[oa]s?) al azar\b",
            r"\bprobabilidad de que (?:esto|el resultado|ello) (?:sea|fuera|se)\b",
        ),
    ),
    (
        "impossible",
        "nothing is statistically impossible",
        (r"\bestadísticamente imposible\b", r"\bimposible de explicar\b", r"\binexplicables?\b"),
    ),
    (
        "clearance",
        "a null result clears no one",
        (
            r"\bno (?:hay|hubo|existe|existió) (?:ningún )?perfilamiento\b",
            r"\babsuel\w+",
            r"\babsolv\w+",
            r"\babsoluci\w+",
            r"\bexonera\w*",
            r"(?<!no )(?<!ni )\bdescartan? (?:el|todo) perfilamiento\b",
            r"(?<!no muestra )\bausencia de perfilamiento\b",
            r"\blibres? de (?:toda )?sospecha\b",
        ),
    ),
    (
        "league",
        "places are not ranked when their rank intervals overlap",
        (r"\b(?:el|la|los|las) peor(?:es)?\b", r"\bnúmero uno\b", r"\bmás sesgad[oa]s?\b", r"\ben el primer puesto\b"),
    ),
    (
        "label",
        "no label for a matched or arrested person",
        (
            r"\bindocumentad[oa]s?\b",
            r"\bilegales\b",
            rf"\b{_PERSON} ilegal(?:es)?\b",
            r"\bcriminales\b",
            rf"\b(?:el|la|un|una|{_PERSON}) criminal\b",
            r"\bdelincuentes?\b",
        ),
    ),
    ("innocent", "without a conviction is not the same as innocent", (rf"\b{_PERSON} inocentes?\b", r"\binocentes\b")),
    (
        "removable",
        "a match is not a finding of removability",
        (
            rf"\b{_PERSON} (?:expulsable|deportable)s?\b",
            r"\bcoincidencias?\b(?! no\b)[^.;]{0,40}\b(?:es|son|significan?)\s+(?:expulsable|deportable)s?\b",
        ),
    ),
    (
        "ethnicity",
        "nationality, birthplace and surname are not ethnicity",
        (
            r"\b(?:nacionalidad|apellidos?|lugar de nacimiento|ciudadanía) (?:es|son|significan?|indican?|dan?)\s+"
            r"(?:la |una |su )?etnicidad\b",
            r"\betnicidad \((?:nacionalidad|apellido|lugar de nacimiento)\)",
        ),
    ),
    (
        "increase",
        "a ratio of 2.51 is 151 % more: write it with the kind 'more'",
        (
            r"\{[a-z_0-9]+:percent[^}]*\}\s+(?:más|menos|mayor|menor|de aumento|de reducción)\b",
            r"\d\s?% de (?:aumento|incremento|disminución|reducción)\b",
            r"\baument\w+ (?:en )?un \d",
        ),
    ),
    (
        "endorsed",
        "the review is modelled on one recommended in 2011; no agency issued it",
        (
            r"\b(?:revisión|informe|conclusión) de (?:la )?(?:OCRCL|CRCL)\b",
            r"(?<!no )\bavalad[oa]s? por\b",
            r"(?<!no )\bemitid[oa]s? por (?:DHS|OCRCL|CRCL|ICE|el Departamento)\b",
            r"\b(?:revisión|conclusión|hallazgo) oficial\b",
        ),
    ),
    (
        "title-vi",
        "federal effects rules ended on 10 December 2025",
        (r"\b(?:violación|reclamo|reclamación|queja) (?:por|de) impacto (?:dispar|desproporcionado)",),
    ),
)
"""(name of the rule, why, patterns); the names are those of the English rules."""
