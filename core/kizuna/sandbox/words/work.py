"""Titles, departments, mailboxes, free-mail hosts and shared domains."""

from __future__ import annotations

# title : seniority : department
TITLES = {
    "ja": """代表取締役社長:executive:経営 取締役:executive:経営 執行役員:executive:経営企画部 本部長:director:営業本部 部長:director:営業部 部長:director:情報システム部
    課長:manager:営業部 課長:manager:総務部 課長:manager:経理部 係長:manager:購買部 主任:staff:カスタマーサポート部 主任:staff:情報システム部 担当:staff:営業部 担当:staff:経理部
    担当:staff:総務部 担当:staff:マーケティング部 室長:director:経営企画室 マネージャー:manager:マーケティング部 リーダー:staff:開発部 エンジニア:staff:開発部""",
    "en": """CEO:executive:Executive CFO:executive:Finance CTO:executive:Engineering COO:executive:Operations VP_Sales:director:Sales VP_Marketing:director:Marketing
    Director_of_IT:director:IT Head_of_Operations:director:Operations IT_Manager:manager:IT Finance_Manager:manager:Finance Office_Manager:manager:Administration
    Project_Manager:manager:Operations Marketing_Manager:manager:Marketing Accountant:staff:Finance Sales_Representative:staff:Sales Systems_Administrator:staff:IT
    Software_Engineer:staff:Engineering Analyst:staff:Operations Assistant:staff:Administration Buyer:staff:Procurement""",
    "de": """Geschäftsführer:executive:Geschäftsführung Prokurist:executive:Geschäftsführung Leiter_IT:director:IT Vertriebsleiter:director:Vertrieb
    Kaufmännischer_Leiter:director:Finanzen Projektleiter:manager:Projekte Einkaufsleiter:manager:Einkauf Buchhalter:staff:Buchhaltung Sachbearbeiter:staff:Verwaltung
    Systemadministrator:staff:IT Marketing_Manager:manager:Marketing""",
    "fr": """Directeur_général:executive:Direction Gérant:executive:Direction Directeur_financier:executive:Finance Responsable_informatique:director:Informatique
    Responsable_commercial:director:Ventes Chef_de_projet:manager:Projets Responsable_achats:manager:Achats Comptable:staff:Comptabilité Assistante:staff:Administration
    Ingénieur:staff:Technique Responsable_marketing:manager:Marketing""",
}

# mailbox : what it is called
MAILBOXES = {
    "ja": "info:代表 support:サポート窓口 keiri:経理部 soumu:総務部 sales:営業部 contact:お問い合わせ窓口 system:情報システム部",
    "en": "info:Info support:Support billing:Billing accounts:Accounts_Payable sales:Sales office:Office hello:Hello admin:Admin it:IT_Desk",
    "de": "info:Info buchhaltung:Buchhaltung kontakt:Kontakt support:Support einkauf:Einkauf it:IT office:Büro",
    "fr": "contact:Contact info:Info compta:Comptabilité support:Support achats:Achats",
}

FREE_MAIL = {
    "ja": "gmail.com gmail.com gmail.com yahoo.co.jp yahoo.co.jp docomo.ne.jp ezweb.ne.jp softbank.ne.jp icloud.com nifty.com ocn.ne.jp biglobe.ne.jp outlook.jp so-net.ne.jp",
    "en": "gmail.com gmail.com gmail.com outlook.com hotmail.com yahoo.com icloud.com aol.com btinternet.com comcast.net",
    "de": "gmail.com gmx.de gmx.de web.de web.de t-online.de outlook.de freenet.de",
    "fr": "gmail.com orange.fr wanadoo.fr free.fr laposte.net hotmail.fr sfr.fr",
}

# Where small companies' sites live: the registrable part belongs to the host, not to them.
SITE_HOSTS = "jimdofree.com wixsite.com shopinfo.jp stores.jp github.io wordpress.com business.site web.fc2.com"

# Offices and resellers that administer many customers' accounts under their own domain.
SHARED_OFFICES = {
    "JP": "あおぞら税理士法人:aozora-zeirishi.jp 中央会計グループ:chuo-kaikei-group.co.jp さくらリセール:sakura-resale.jp オフィスパートナー二十一:officepartner21.co.jp",
    "US": "Ledgerline_Bookkeeping:ledgerline-books.com Northstar_Resellers:northstar-reseller.com",
    "GB": "Pennywise_Accountants:pennywise-accountants.co.uk",
    "DE": "Steuerkanzlei_am_Markt:kanzlei-am-markt.de",
    "FR": "Cabinet_Chiffres_Clairs:chiffres-clairs.fr",
}

PLACEHOLDERS = ("test", "Test Company", "n/a", "-", "テスト", "未設定", "0000", "サンプル株式会社", "unknown", "TBD")
