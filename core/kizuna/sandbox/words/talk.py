"""What people write to a support desk and what we note about calls and meetings."""

from __future__ import annotations

# category | subject | first words of the request
REQUESTS = {
    "ja": """how_to|CSVの取り込み方法について|CSVファイルの取り込み手順を教えてください。
how_to|ユーザーの追加方法|新しい担当者のアカウントを追加したいのですが、どの画面から操作すればよいでしょうか。
how_to|権限の設定について|閲覧のみの権限を設定する方法を教えてください。
how_to|レポートの出力|月次レポートをPDFで出力したいです。
incident|ログインできない|朝からログイン画面でエラーになり、業務が止まっています。
incident|画面が表示されない|ダッシュボードを開くと白い画面のままです。
incident|同期が止まっている|昨夜からデータの同期が止まっているようです。至急確認をお願いします。
bug|集計値が合わない|一覧の合計とレポートの合計が一致しません。
bug|日本語の文字化け|出力したファイルの氏名が文字化けします。
bug|通知メールが二重に届く|同じ通知メールが二通届いています。
request|APIの追加要望|受注データをAPIで取得できるようにしてほしいです。
request|項目の並び替え|一覧の項目を自由に並び替えたいです。
billing|請求書の再発行|先月分の請求書を再発行していただけますか。
billing|支払方法の変更|クレジットカードから銀行振込に変更したいです。
billing|契約プランの確認|現在の契約プランと席数を教えてください。
other|担当者変更のお知らせ|弊社の担当者が変わりましたのでご連絡いたします。
other|セキュリティチェックシート|添付のチェックシートへのご記入をお願いいたします。""",
    "en": """how_to|How do I import contacts?|We have a spreadsheet of contacts and would like to know how to import it.
how_to|Adding a new user|Where can I add a colleague and give her read-only access?
how_to|Exporting a report|Is there a way to export the monthly report to PDF?
how_to|SSO setup|Please send the steps for connecting our identity provider.
incident|Cannot log in|Since this morning nobody here can log in. This blocks our work.
incident|Dashboard is blank|The dashboard stays white after loading for all users.
incident|Sync has stopped|No data has arrived since last night, please check urgently.
bug|Totals do not match|The list shows a different total than the report for the same month.
bug|Duplicate notifications|Every notification reaches us twice.
bug|Filter ignores time zone|The date filter seems to use UTC instead of our zone.
request|API for orders|We would like to read orders through the API.
request|Dark mode|Several users have asked for a dark mode.
billing|Copy of an invoice|Could you send last month's invoice again?
billing|Change payment method|We would like to pay by bank transfer from now on.
billing|Question about seats|How many seats are we paying for at the moment?
other|New contact person|Please note that our contact person has changed.
other|Security questionnaire|Attached is our vendor security questionnaire.""",
    "de": """how_to|Kontakte importieren|Wie können wir unsere Kontakte aus Excel importieren?
how_to|Neuen Benutzer anlegen|Wo lege ich eine neue Kollegin an?
incident|Anmeldung nicht möglich|Seit heute Morgen kann sich niemand anmelden.
incident|Synchronisation steht|Seit gestern Abend kommen keine Daten mehr an.
bug|Summen stimmen nicht|Die Summe in der Liste weicht vom Bericht ab.
bug|Umlaute falsch dargestellt|In der exportierten Datei sind Umlaute zerstört.
request|Schnittstelle für Aufträge|Wir möchten Aufträge über die API lesen.
billing|Rechnungskopie|Bitte senden Sie uns die letzte Rechnung noch einmal.
billing|Zahlungsart ändern|Wir möchten künftig per Überweisung zahlen.
other|Neuer Ansprechpartner|Bei uns hat der Ansprechpartner gewechselt.""",
    "fr": """how_to|Importer des contacts|Comment importer nos contacts depuis Excel ?
how_to|Ajouter un utilisateur|Où puis-je ajouter une collègue ?
incident|Connexion impossible|Depuis ce matin, personne ne peut se connecter.
incident|Synchronisation arrêtée|Aucune donnée n'est arrivée depuis hier soir.
bug|Totaux différents|Le total de la liste ne correspond pas à celui du rapport.
bug|Accents illisibles|Les accents sont illisibles dans le fichier exporté.
request|API des commandes|Nous aimerions lire les commandes par l'API.
billing|Copie de facture|Pourriez-vous renvoyer la dernière facture ?
billing|Moyen de paiement|Nous souhaitons payer par virement.
other|Nouveau contact|Notre interlocuteur a changé.""",
}

REPLIES = {
    "ja": (
        "お問い合わせありがとうございます。確認いたしますので少々お待ちください。",
        "手順をお送りします。ご不明な点がございましたらお知らせください。",
        "開発部門に確認したところ、本日中に修正いたします。",
        "ご不便をおかけして申し訳ございません。現在は復旧しております。",
    ),
    "en": (
        "Thank you for writing. We are looking into it.",
        "Here are the steps; please tell us if anything is unclear.",
        "Our engineers found the cause and will fix it today.",
        "We are sorry for the trouble. Everything works again now.",
    ),
    "de": (
        "Vielen Dank für Ihre Nachricht, wir prüfen das.",
        "Hier sind die Schritte; melden Sie sich bei Fragen gern.",
        "Die Ursache ist gefunden, die Korrektur kommt heute.",
    ),
    "fr": (
        "Merci de votre message, nous vérifions.",
        "Voici la marche à suivre.",
        "La cause est trouvée, la correction arrive aujourd'hui.",
    ),
}

THANKS = {
    "ja": ("ありがとうございました。解決しました。", "まだ同じ状況です。", "承知しました。試してみます。"),
    "en": ("Thanks, that solved it.", "It still happens on our side.", "Understood, we will try."),
    "de": ("Danke, das hat geholfen.", "Leider tritt es noch auf."),
    "fr": ("Merci, c'est résolu.", "Le problème persiste."),
}

INTERNAL = (
    "ログを確認済み。再現待ち。",
    "Reproduced on staging, see the engineering board.",
    "上長に共有済み。",
    "Customer is up for renewal, handle with care.",
)

RATING_COMMENTS = {
    "good": ("丁寧な対応でした。", "Quick and friendly.", "Schnelle Hilfe.", "助かりました。", "Great support!"),
    "bad": ("返事が遅いです。", "Took far too long.", "Problem ist nicht gelöst.", "同じ問題が再発しました。"),
}

# kind | subject
ACTIVITIES = {
    "ja": """call|利用状況の確認|call|お礼の電話|call|契約更新のご案内|meeting|定例ミーティング|meeting|キックオフ|meeting|四半期レビュー
meeting|オンボーディング説明会|email|お見積りの送付|email|新機能のご案内|email|議事録の共有|note|社内体制の変更を確認|note|競合製品を検討中との情報|task|見積書を作成する
task|次回ミーティングの日程調整|task|利用率を確認する""",
    "en": """call|Check-in call|call|Renewal call|call|Introduction|meeting|Weekly sync|meeting|Kickoff|meeting|Quarterly business review|meeting|Onboarding workshop
email|Proposal sent|email|What is new this month|email|Meeting notes|note|Champion is moving to another team|note|Evaluating a competitor|task|Prepare the quote
task|Schedule next meeting|task|Review usage""",
}
