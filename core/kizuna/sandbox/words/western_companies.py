"""What companies in English, German and French are named after, what they do, their legal forms."""

from __future__ import annotations

from functools import cache

# Two of these make a coined name: Nor + vanta, Bright + field …
HEADS = """Nor Bright Oak Silver Iron Stone Clear Blue Red North West East High River Lake Maple Cedar Summit Cobalt Ember Falcon Harbor Lumen Vertex
Apex Orion Atlas Delta Sigma Quantum Nimbus Zephyr Solar Terra Aqua Pine Elm Birch Granite Copper Crystal Golden Swift Prime True Fair Grand
Kite Otter Heron Raven Lynx Tide Drift Cliff Meadow Prairie Canyon Mesa Aurora Polar Alpine Breeze Thunder Crown Anchor Beacon Compass"""
TAILS = """field stone bridge gate point wood well water way line mark view crest ridge brook land ford ton dale haven port works path forge light
wave peak shore grove vale mill hill spring leaf wind side yard keep loom nest craft scale stack flow grid mind wise ware"""

TRADES = {
    "en": """Manufacturing:manufacturing Industries:manufacturing Precision:manufacturing Plastics:manufacturing Trading:wholesale Supply:wholesale
    Distribution:wholesale Construction:construction Builders:construction Properties:real_estate Realty:real_estate Foods:food Bakery:food Brewing:food
    Logistics:logistics Freight:logistics Shipping:logistics Health:healthcare Medical:healthcare Pharma:healthcare Dental:healthcare Media:media
    Publishing:media Design:professional_services Consulting:professional_services Accounting:professional_services Legal:professional_services
    Software:software Systems:software Analytics:software Networks:software Cloud:software Robotics:software Academy:education Learning:education
    Hotels:hospitality Travel:hospitality Outfitters:retail Books:retail Motors:retail Apparel:retail Farms:agriculture Insurance:finance Capital:finance
    Energy:energy Power:energy""",
    "de": """Maschinenbau:manufacturing Werkzeugbau:manufacturing Metallbau:manufacturing Elektrotechnik:manufacturing Kunststofftechnik:manufacturing
    Großhandel:wholesale Handels:wholesale Bau:construction Immobilien:real_estate Lebensmittel:food Brauerei:food Feinkost:food Logistik:logistics
    Spedition:logistics Medizintechnik:healthcare Pharma:healthcare Verlag:media Druck:media Beratung:professional_services
    Steuerberatung:professional_services Ingenieure:professional_services Software:software Systemhaus:software Datentechnik:software
    Akademie:education Hotel:hospitality Reisen:hospitality Mode:retail Autohaus:retail Agrar:agriculture Versicherungsmakler:finance Energie:energy""",
    "fr": """Industrie:manufacturing Mécanique:manufacturing Plastiques:manufacturing Distribution:wholesale Négoce:wholesale Construction:construction
    Bâtiment:construction Immobilier:real_estate Alimentaire:food Boulangerie:food Vins:food Logistique:logistics Transports:logistics Santé:healthcare
    Médical:healthcare Éditions:media Imprimerie:media Conseil:professional_services Expertise:professional_services Architectes:professional_services
    Informatique:software Logiciels:software Numérique:software Formation:education Hôtels:hospitality Voyages:hospitality Mode:retail
    Automobiles:retail Agricole:agriculture Assurances:finance Énergie:energy""",
}

FORMS = {
    "US": "Inc.|Inc.|Inc.|LLC|LLC|Corp.|Co.|, Inc.|, LLC",
    "GB": "Ltd|Ltd|Limited|Ltd.|plc|LLP",
    "DE": "GmbH|GmbH|GmbH|AG|GmbH & Co. KG|UG (haftungsbeschränkt)|KG",
    "FR": "SAS|SARL|SA|SAS|SASU|EURL",
}


@cache
def coined() -> tuple[str, ...]:
    """Coined names of two parts."""
    return tuple(head + tail for head in HEADS.split() for tail in TAILS.split())


@cache
def trades(language: str) -> tuple[tuple[str, str], ...]:
    """What companies do: the word in the name and the industry."""
    pairs = (entry.split(":") for entry in TRADES[language].split())
    return tuple((word, industry) for word, industry in pairs)


@cache
def forms(country: str) -> tuple[str, ...]:
    """Legal forms of a country, as often as they occur."""
    return tuple(FORMS[country].split("|"))
