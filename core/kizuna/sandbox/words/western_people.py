"""English, German and French names."""

from __future__ import annotations

from functools import cache

FAMILY = {
    "en": """Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Martin Jackson Thompson White Harris Clark Lewis
    Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker
    Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Cooper Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray
    Hughes Price Myers Foster Sanders Ross Long Powell Sullivan Russell Fisher Henderson Coleman Simmons Patterson Reynolds Hamilton Graham Wallace
    Griffiths Patel Khan Nguyen Garcia Rodriguez Martinez Hernandez Lopez Gonzalez Perez Kim Chen Singh Shah Okafor Mensah O'Brien O'Connor MacLeod
    Fraser Sinclair Ashworth Blackwood Whitaker Holloway Pemberton Fairchild Lockwood Thornton Hawthorne Beaumont Kingsley Ellsworth Radcliffe""",
    "de": """Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz
    Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber
    Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke
    Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas""",
    "fr": """Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia David Bertrand Roux Vincent
    Fournier Morel Girard André Lefèvre Mercier Dupont Lambert Bonnet François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry
    Roussel Nicolas Perrin Morin Mathieu Clément Gauthier Dumont Lopez Fontaine Chevalier Robin Masson Sanchez Gérard Nguyen Boyer Denis Lemaire
    Duval Joly Gautier Roger Roche Roy Noël Meyer Lucas Meunier Jean Perez Marchand Dufour Blanchard Marie Barbier Brun Dumas Brunet Schmitt""",
}

GIVEN = {
    "en": """James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark Steven Andrew Paul Joshua
    Kevin Brian George Edward Ronald Timothy Jason Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel
    Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Sandra Betty Ashley Emily Kimberly Margaret Donna Michelle
    Carol Amanda Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Kathleen Amy Angela Shirley Anna Brenda Pamela Emma Nicole Helen Samantha
    Katherine Christine Olivia Priya Aisha Wei Mei Carlos Diego Sofia Liam Noah Ethan Mia Chloe Zoe Grace Hannah Oliver Harry Amelia""",
    "de": """Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Stefan Christian Uwe Werner Frank Hans Bernd Matthias Markus Martin Alexander Sebastian
    Tobias Florian Jan Daniel Felix Lukas Jonas Maximilian Paul Leon Niklas Ursula Monika Petra Sabine Renate Andrea Claudia Susanne Karin Birgit
    Angelika Gabriele Stefanie Nicole Anja Katrin Julia Anna Lena Laura Sarah Lea Hannah Sophie Marie Franziska Heike Silke Ute Jörg Jens Günter""",
    "fr": """Jean Pierre Michel André Philippe Alain Bernard Jacques Daniel Patrick Nicolas Christophe Laurent Stéphane David Éric Olivier Julien Thomas
    Antoine Alexandre Maxime Lucas Hugo Louis Gabriel Arthur Marie Nathalie Isabelle Sylvie Catherine Françoise Valérie Christine Martine Sophie
    Céline Sandrine Stéphanie Aurélie Émilie Camille Léa Manon Chloé Inès Juliette Claire Hélène Anne Élodie Mathilde Pauline Charlotte Lucie""",
}


@cache
def families(language: str) -> tuple[str, ...]:
    """Family names of a language, the frequent ones first."""
    return tuple(FAMILY[language].split())


@cache
def givens(language: str) -> tuple[str, ...]:
    """Given names of a language."""
    return tuple(GIVEN[language].split())
