"""Invented companies and people for the demonstration: names, addresses, numbers that check."""

from stdnum import luhn
from stdnum.iso7064 import mod_11_10

CITIES = [
    ("Lyon", "69003"),
    ("Lyon", "69007"),
    ("Villeurbanne", "69100"),
    ("Grenoble", "38000"),
    ("Annecy", "74000"),
    ("Chambéry", "73000"),
    ("Saint-Étienne", "42000"),
    ("Valence", "26000"),
    ("Paris", "75011"),
    ("Paris", "75015"),
    ("Montreuil", "93100"),
    ("Nanterre", "92000"),
    ("Versailles", "78000"),
    ("Créteil", "94000"),
    ("Orléans", "45000"),
    ("Tours", "37000"),
    ("Nantes", "44000"),
    ("Angers", "49000"),
    ("Rennes", "35000"),
    ("Brest", "29200"),
    ("Vannes", "56000"),
    ("Caen", "14000"),
    ("Rouen", "76000"),
    ("Le Havre", "76600"),
    ("Lille", "59000"),
    ("Roubaix", "59100"),
    ("Amiens", "80000"),
    ("Reims", "51100"),
    ("Nancy", "54000"),
    ("Metz", "57000"),
    ("Strasbourg", "67000"),
    ("Colmar", "68000"),
    ("Mulhouse", "68100"),
    ("Dijon", "21000"),
    ("Besançon", "25000"),
    ("Clermont-Ferrand", "63000"),
    ("Limoges", "87000"),
    ("Poitiers", "86000"),
    ("La Rochelle", "17000"),
    ("Bordeaux", "33000"),
    ("Mérignac", "33700"),
    ("Pau", "64000"),
    ("Bayonne", "64100"),
    ("Toulouse", "31000"),
    ("Montauban", "82000"),
    ("Perpignan", "66000"),
    ("Montpellier", "34000"),
    ("Nîmes", "30000"),
    ("Avignon", "84000"),
    ("Marseille", "13008"),
    ("Aix-en-Provence", "13100"),
    ("Toulon", "83000"),
    ("Nice", "06000"),
    ("Cannes", "06400"),
    ("Ajaccio", "20000"),
    ("Quimper", "29000"),
]
SURNAMES = [
    "Martin",
    "Bernard",
    "Thomas",
    "Petit",
    "Robert",
    "Richard",
    "Durand",
    "Dubois",
    "Moreau",
    "Laurent",
    "Simon",
    "Michel",
    "Lefèvre",
    "Leroy",
    "Roux",
    "David",
    "Bertrand",
    "Morel",
    "Fournier",
    "Girard",
    "Bonnet",
    "Dupont",
    "Lambert",
    "Fontaine",
    "Rousseau",
    "Vincent",
    "Muller",
    "Lefort",
    "Faure",
    "André",
    "Mercier",
    "Blanc",
    "Guérin",
    "Boyer",
    "Garnier",
    "Chevalier",
    "Gauthier",
    "Garcia",
    "Perrin",
    "Robin",
    "Clément",
    "Morin",
    "Nicolas",
    "Henry",
    "Roussel",
    "Mathieu",
    "Gautier",
    "Masson",
    "Marchand",
    "Duval",
    "Denis",
    "Dumont",
    "Marie",
    "Lemaire",
    "Noël",
    "Meyer",
    "Dufour",
    "Meunier",
    "Brun",
    "Blanchard",
    "Giraud",
    "Joly",
    "Rivière",
    "Lucas",
    "Brunet",
    "Gaillard",
    "Barbier",
    "Arnaud",
    "Martinez",
    "Gérard",
    "Roche",
]
FIRST_NAMES = [
    "Camille",
    "Louise",
    "Jade",
    "Emma",
    "Inès",
    "Léa",
    "Manon",
    "Sarah",
    "Nina",
    "Chloé",
    "Gabriel",
    "Louis",
    "Raphaël",
    "Jules",
    "Adam",
    "Lucas",
    "Hugo",
    "Arthur",
    "Noé",
    "Paul",
]
TRADES = [
    "Boulangerie {}",
    "Garage {} & Fils",
    "Cabinet {} Avocats",
    "{} Électricité",
    "{} Architectes",
    "Pharmacie {}",
    "Transports {}",
    "Imprimerie {}",
    "Menuiserie {}",
    "{} Conseil",
    "Clinique vétérinaire {}",
    "Hôtel {}",
    "Brasserie {}",
    "{} Paysages",
    "Plomberie {}",
    "Laboratoire {}",
    "Optique {}",
    "{} Immobilier",
    "Agence {} Voyages",
    "{} Logistique",
    "Fromagerie {}",
    "Chaudronnerie {}",
    "{} Expertise comptable",
    "Auto-école {}",
    "Maison {} Vins",
    "{} Mécanique de précision",
    "Cabinet dentaire {}",
    "{} Ingénierie",
]
STREETS = [
    "rue de la République",
    "rue Victor-Hugo",
    "avenue Jean-Jaurès",
    "rue Pasteur",
    "boulevard Gambetta",
    "rue du Moulin",
    "place du Marché",
    "rue des Lilas",
    "rue de l'Église",
    "avenue de la Gare",
    "rue des Écoles",
    "chemin des Vignes",
    "quai de la Loire",
    "rue Nationale",
    "impasse des Tilleuls",
    "rue du Commerce",
    "zone artisanale des Prés",
]
ABROAD = {
    "BE": [
        ("Delvaux Logistique", "Namur", "5000"),
        ("Van den Berg Textiel", "Gent", "9000"),
        ("Brasserie de la Senne-Haute", "Bruxelles", "1000"),
        ("Studio Lambrechts", "Liège", "4000"),
    ],
    "DE": [
        ("Hoffmann Werkzeugbau GmbH", "Freiburg", "79098"),
        ("Seiler Optik GmbH", "Mainz", "55116"),
        ("Bäckerei Vogelsang KG", "Saarbrücken", "66111"),
        ("Kranz Medizintechnik", "Ulm", "89073"),
    ],
    "LU": [
        ("Moselle Fiduciaire", "Luxembourg", "L-1160"),
        ("Ardennes Transports", "Wiltz", "L-9516"),
    ],
    "IT": [("Officine Bertolino", "Torino", "10121"), ("Caseificio Alpino", "Cuneo", "12100")],
    "CH": [
        ("Helvetia Horlogerie SA", "La Chaux-de-Fonds", "2300"),
        ("Léman Fiduciaire SA", "Lausanne", "1003"),
        ("Alpes Menuiserie Sàrl", "Sion", "1950"),
        ("Jura Instruments SA", "Delémont", "2800"),
    ],
    "US": [
        ("Maple Street Imports Inc.", "Boston", "02110"),
        ("Redwood Analytics LLC", "Oakland", "94607"),
        ("Lakeshore Wines Inc.", "Chicago", "60601"),
    ],
}
# Towns abroad whose customers are written to in French.
FRENCH_SPEAKING = {
    "Namur",
    "Bruxelles",
    "Liège",
    "Luxembourg",
    "Wiltz",
    "La Chaux-de-Fonds",
    "Lausanne",
    "Sion",
    "Delémont",
}


def _digits(random, count):
    return "".join(str(random.randrange(10)) for _ in range(count))


def siren(random):
    """An invented SIREN: nine digits with a right check digit, in a range not handed out yet."""
    body = "999" + _digits(random, 5)
    return body + luhn.calc_check_digit(body)


def siret(number, establishment=1):
    """The SIRET of a company's n-th establishment."""
    body = f"{number}{establishment:04d}"
    return body + luhn.calc_check_digit(body)


def vat(country, random, number=None):
    """A VAT number with right check digits; for France, that of a SIREN."""
    if country == "FR":
        return f"FR{(12 + 3 * (int(number) % 97)) % 97:02d}{number}"
    if country == "BE":
        body = "0" + str(random.randrange(9000000, 9999999))
        return f"BE{body}{97 - int(body) % 97:02d}"
    if country == "DE":
        body = "9" + _digits(random, 7)
        return f"DE{body}{mod_11_10.calc_check_digit(body)}"
    if country == "LU":
        body = "9" + _digits(random, 5)
        return f"LU{body}{int(body) % 89:02d}"
    if country == "IT":
        body = "9" + _digits(random, 6) + "001"
        return f"IT{body}{luhn.calc_check_digit(body)}"
    return ""


def slug(name):
    """A name as it stands in an e-mail address."""
    table = str.maketrans("àâäéèêëîïôöùûüçñ", "aaaeeeeiioouuucn")
    plain = name.lower().translate(table)
    return "-".join(
        filter(None, "".join(c if c.isascii() and c.isalnum() else " " for c in plain).split())
    )
