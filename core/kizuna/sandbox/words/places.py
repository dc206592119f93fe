"""Where companies are: cities with their postcodes and area codes, and names of streets and towns."""

from __future__ import annotations

from functools import cache

import msgspec


class Place(msgspec.Struct, frozen=True):
    """A city; ``postcode`` and ``area`` are the first digits of postcodes and phone numbers there."""

    region: str
    city: str
    postcode: str
    area: str
    latin: str


TABLE = {
    "JP": """東京都 千代田区 100 3 Tokyo|東京都 中央区 103 3 Tokyo|東京都 港区 105 3 Tokyo|東京都 新宿区 160 3 Tokyo|東京都 渋谷区 150 3 Tokyo
東京都 品川区 141 3 Tokyo|東京都 豊島区 171 3 Tokyo|東京都 台東区 110 3 Tokyo|東京都 江東区 135 3 Tokyo|東京都 大田区 144 3 Tokyo
東京都 立川市 190 42 Tachikawa|神奈川県 横浜市西区 220 45 Yokohama|神奈川県 横浜市中区 231 45 Yokohama|神奈川県 川崎市川崎区 210 44 Kawasaki
埼玉県 さいたま市大宮区 330 48 Saitama|千葉県 千葉市中央区 260 43 Chiba|茨城県 水戸市 310 29 Mito|群馬県 高崎市 370 27 Takasaki
北海道 札幌市中央区 060 11 Sapporo|北海道 旭川市 070 166 Asahikawa|宮城県 仙台市青葉区 980 22 Sendai|新潟県 新潟市中央区 950 25 Niigata
石川県 金沢市 920 76 Kanazawa|富山県 富山市 930 76 Toyama|長野県 長野市 380 26 Nagano|静岡県 静岡市葵区 420 54 Shizuoka|静岡県 浜松市中央区 430 53 Hamamatsu
愛知県 名古屋市中区 460 52 Nagoya|愛知県 名古屋市中村区 450 52 Nagoya|愛知県 豊田市 471 565 Toyota|岐阜県 岐阜市 500 58 Gifu|三重県 四日市市 510 59 Yokkaichi
京都府 京都市下京区 600 75 Kyoto|京都府 京都市中京区 604 75 Kyoto|大阪府 大阪市北区 530 6 Osaka|大阪府 大阪市中央区 541 6 Osaka|大阪府 堺市堺区 590 72 Sakai
大阪府 東大阪市 577 6 Higashiosaka|兵庫県 神戸市中央区 650 78 Kobe|兵庫県 姫路市 670 79 Himeji|奈良県 奈良市 630 742 Nara|岡山県 岡山市北区 700 86 Okayama
広島県 広島市中区 730 82 Hiroshima|山口県 下関市 750 83 Shimonoseki|香川県 高松市 760 87 Takamatsu|愛媛県 松山市 790 89 Matsuyama
福岡県 福岡市博多区 812 92 Fukuoka|福岡県 福岡市中央区 810 92 Fukuoka|福岡県 北九州市小倉北区 802 93 Kitakyushu|熊本県 熊本市中央区 860 96 Kumamoto
鹿児島県 鹿児島市 890 99 Kagoshima|沖縄県 那覇市 900 98 Naha""",
    "US": """NY New_York 100 212 -|NY Brooklyn 112 718 -|NY Buffalo 142 716 -|MA Boston 021 617 -|PA Philadelphia 191 215 -|PA Pittsburgh 152 412 -
DC Washington 200 202 -|VA Richmond 232 804 -|NC Charlotte 282 704 -|NC Raleigh 276 919 -|GA Atlanta 303 404 -|FL Miami 331 305 -|FL Tampa 336 813 -
OH Columbus 432 614 -|OH Cleveland 441 216 -|MI Detroit 482 313 -|IL Chicago 606 312 -|WI Milwaukee 532 414 -|MN Minneapolis 554 612 -|MO St._Louis 631 314 -
TN Nashville 372 615 -|TX Austin 787 512 -|TX Dallas 752 214 -|TX Houston 770 713 -|CO Denver 802 303 -|UT Salt_Lake_City 841 801 -|AZ Phoenix 850 602 -
NV Las_Vegas 891 702 -|CA Los_Angeles 900 213 -|CA San_Diego 921 619 -|CA San_Francisco 941 415 -|CA San_Jose 951 408 -|OR Portland 972 503 -|WA Seattle 981 206 -""",
    "GB": """England London EC2A 20 -|England London W1F 20 -|England London SE1 20 -|England Manchester M1 161 -|England Birmingham B3 121 -|England Leeds LS1 113 -
England Bristol BS1 117 -|England Cambridge CB2 1223 -|England Oxford OX1 1865 -|England Liverpool L2 151 -|England Sheffield S1 114 -|England Nottingham NG1 115 -
Scotland Edinburgh EH2 131 -|Scotland Glasgow G2 141 -|Wales Cardiff CF10 29 -|Northern_Ireland Belfast BT1 28 -""",
    "DE": """Berlin Berlin 101 30 -|Hamburg Hamburg 200 40 -|Bayern München 803 89 -|Bayern Nürnberg 904 911 -|Nordrhein-Westfalen Köln 506 221 -
Nordrhein-Westfalen Düsseldorf 402 211 -|Nordrhein-Westfalen Dortmund 441 231 -|Hessen Frankfurt_am_Main 603 69 -|Baden-Württemberg Stuttgart 701 711 -
Baden-Württemberg Karlsruhe 761 721 -|Sachsen Leipzig 041 341 -|Sachsen Dresden 010 351 -|Bremen Bremen 281 421 -|Niedersachsen Hannover 301 511 -""",
    "FR": """Île-de-France Paris 750 1 -|Île-de-France Boulogne-Billancourt 921 1 -|Auvergne-Rhône-Alpes Lyon 690 4 -|Auvergne-Rhône-Alpes Grenoble 380 4 -
Provence-Alpes-Côte_d'Azur Marseille 130 4 -|Provence-Alpes-Côte_d'Azur Nice 060 4 -|Occitanie Toulouse 310 5 -|Occitanie Montpellier 340 4 -
Nouvelle-Aquitaine Bordeaux 330 5 -|Hauts-de-France Lille 590 3 -|Grand_Est Strasbourg 670 3 -|Pays_de_la_Loire Nantes 440 2 -|Bretagne Rennes 350 2 -""",
}

STREETS = {
    "JP": """本町 栄町 中央 東町 西町 南町 北町 大手町 錦町 旭町 緑町 幸町 新町 桜町 末広町 元町 港町 泉町 松原 寿町 丸の内 八幡町 若松町 駅前 城南 春日 弥生町 日吉 平和通 昭和通""",
    "US": """Main_St Oak_Ave Maple_St Washington_Ave Lake_St Park_Ave Elm_St Market_St 2nd_St 5th_Ave Broadway Cedar_Ln Hill_Rd River_Rd Church_St Franklin_St
Madison_Ave Lincoln_Blvd Sunset_Blvd Industrial_Pkwy Commerce_Dr Union_St Spring_St Highland_Ave""",
    "GB": """High_Street Station_Road Church_Lane King_Street Queen_Street Victoria_Road Mill_Lane Park_Road Bridge_Street Albert_Road George_Street
Castle_Street Market_Place Broad_Street York_Road""",
    "DE": """Hauptstraße Bahnhofstraße Schillerstraße Goethestraße Gartenstraße Industriestraße Lindenstraße Mozartstraße Ringstraße Kirchgasse Marktplatz
Bergstraße Schulstraße Friedrichstraße Mühlweg""",
    "FR": """rue_de_la_République rue_Victor_Hugo avenue_Jean_Jaurès rue_Pasteur place_de_l'Église rue_du_Moulin boulevard_Voltaire rue_des_Écoles
avenue_Foch rue_Gambetta quai_des_Célestins rue_de_la_Gare allée_des_Tilleuls""",
}

BUILDINGS = "第一ビル 中央ビル 駅前ビル 本社ビル 三和ビル 桜ビル 新館 タワー サウスゲート センタービル"


@cache
def places(country: str) -> tuple[Place, ...]:
    """Cities of a country."""
    rows = TABLE[country].replace("\n", "|").split("|")
    return tuple(Place(*(cell.replace("_", " ") for cell in row.split(" "))) for row in rows)


@cache
def streets(country: str) -> tuple[str, ...]:
    """Names of streets (in Japan: of towns) of a country."""
    return tuple(street.replace("_", " ") for street in STREETS[country].split())


@cache
def buildings() -> tuple[str, ...]:
    """Names of Japanese office buildings."""
    return tuple(BUILDINGS.split())
