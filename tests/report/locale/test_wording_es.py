"""Forbidden wording in Spanish, both ways: what must be caught, and what must be let through."""

import pytest

from auditor.report import wording
from auditor.report.wording_es import SPANISH

CAUGHT = {
    "profiled": [
        "El sheriff perfiló a conductores.",
        "En el condado hubo perfilamiento.",
        "Practicaban el perfilamiento racial.",
    ],
    "racist": ["una agencia racista", "el racismo de la agencia"],
    "guilt": ["El sheriff es culpable.", "La agencia violó la ley.", "una conducta ilícita", "arrestos ilegales"],
    "proof": ["Esto prueba que se discrimina.", "Los datos demuestran la intención.", "es una prueba de perfilamiento"],
    "cause": [
        "arrestado por su raza",
        "a causa de su etnicidad",
        "El programa causó los arrestos.",
        "de manera intencional",
    ],
    "chance": ["hay un 5 % de probabilidad de que sea casual", "puede que se deba al azar"],
    "impossible": ["es estadísticamente imposible"],
    "clearance": [
        "No hay perfilamiento aquí.",
        "La agencia queda exonerada.",
        "Esto descarta el perfilamiento.",
        "fue absuelto",
    ],
    "league": ["el peor condado", "el número uno de la lista"],
    "label": ["personas indocumentadas", "los ilegales", "un inmigrante ilegal", "criminales detenidos"],
    "innocent": ["personas inocentes"],
    "removable": [
        "personas deportables",
        "una coincidencia significa que son expulsables: coincidencias son expulsables",
    ],
    "ethnicity": ["el apellido indica la etnicidad"],
    "increase": ["{r:percent} más que antes", "un 251 % de aumento"],
    "endorsed": ["la revisión de la CRCL", "avalada por el Departamento", "un hallazgo oficial"],
    "title-vi": ["una violación por impacto dispar"],
}
ALLOWED = [
    "Esto no descarta el perfilamiento: no muestra que no lo haya habido.",
    "Examen estadístico preliminar: no es una determinación de conducta ilícita.",
    "es compatible con arrestos hechos con pretexto o por motivos étnicos, pero no es prueba de ellos",
    "sin que haya perfilamiento alguno",
    "el programa CAP (Criminal Alien Program)",
    "la clase “non-criminal” del programa",
    "Un apellido no es etnicidad.",
    "los límites de la variación debida solo al azar",
    "151 % más",
    "no significa que la persona pueda ser expulsada",
    "con sentencia absolutoria",
    "no la emitió ninguna agencia",
    "la prueba que haría posible",
]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in CAUGHT.items() for text in texts])
def test_caught(name: str, text: str) -> None:
    assert name in {offence.rule for offence in wording.check(text)}


@pytest.mark.parametrize("text", ALLOWED)
def test_let_through(text: str) -> None:
    assert wording.check(text) == []


def test_every_english_rule_has_its_spanish_one() -> None:
    spanish = [name for name, _, _ in SPANISH]
    assert set(CAUGHT) == set(spanish)
    assert {rule.name for rule in wording.RULES} == set(spanish)
