"""Words beside names in bylines and photo credits, agencies, and what stands in the place of a name. Data only.

A bar separates the phrases of a list; the comment above explains the list. Those of credits are parts of regular
expressions.
"""

from __future__ import annotations

import re


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.replace("\n", " ").split("|"))


# Labels of the author alone.
WRITTEN_BY = re.compile(
    r"(?:written|posted) by|by|authors?|verfasst von|geschrieben von|autore?|écrit par|rédigé par|auteur|escrito por"
    r"|scritto da|geschreven door|skrevet af|skrevet av|skriven av|napisane przez|autor|автор|написано|yazar"
    r"|ditulis oleh|penulis|được viết bởi|tác giả|작성자|執筆者|著者",
    re.I,
)

# Labels of author, photographer, translator or reporter, before a colon.
BEFORE_COLON = _phrases("""
    bài | bài viết | bài và ảnh | bài, ảnh | bài - ảnh | bài-ảnh | bài & ảnh | ảnh và bài | bài, ảnh, clip | bài và
    clip | bài, video | tin | tin, ảnh | tin và ảnh | tin - ảnh | tin, bài | tin bài | chùm ảnh | thực hiện |
    tác giả | phóng viên | pv | nhóm phóng viên | nhóm pv | nhóm p.v | biên tập | biên soạn | người viết |
    ghi chép | lược dịch | biên dịch | truyện ngắn | tản văn | tùy bút | bút ký | thơ |
    by | written by | reported by | story by | text by | report by | words by | words | text | author |
    authors | reporter | autore | autrice | oprac. | opracował | opracowała | muhabir | корреспондент |
    interview | from | von | text von | autor | autorin | autoren | redaktion | par | auteur | texte |
    propos recueillis par | por | autora | texto | redacción | di | testo di | a cura di | de | door | tekst | van |
    av | af | tekst og foto | eftir | oleh | penulis | editor | yazan | haber | autorka | tekst | автор | авторы |
    автори | редактор | текст | от | írta | γράφει | γράφει ο | γράφει η | מאת | 作者 | 記者 | 记者 | 文 | بقلم | كتب |
    كتبت | حوار | تقرير
""")

# The same without a colon.
BEFORE_NAME = _phrases("""
    biên dịch | lược dịch | ghi chép của | phóng sự của | bút ký của | ký của | tùy bút của | ảnh của | bài của |
    bài và ảnh | bài, ảnh | bài & ảnh | bài - ảnh | tin và ảnh | tin, ảnh | tin - ảnh | thực hiện
    bởi | by | written by | words by | text by | reported by | reporting by | posted by | published by | story by |
    opinion by | analysis by | review by | commentary by | column by | guest post by | interview by | report by |
    rédigé par | écrit par | redakteur | redakteurin | von unserem redakteur | von unserer redakteurin |
    von unserem mitarbeiter | von unserer mitarbeiterin | van onze verslaggever | корреспондент |
    von | text von | ein beitrag von | ein kommentar von | kommentar von | ein gastbeitrag von | gastbeitrag von |
    ein interview von | interview von | ein essay von | ein bericht von | eine analyse von | par |
    propos recueillis par | recueilli par | por | oleh | a cura di | door | eftir | autor | af | av | about | كتب |
    كتبت | بقلم | 本报记者 | 本報記者 | 记者 | 記者 | 作者
""")

# Remarks behind the names; bylines.py removes any remark in brackets.
BEHIND_NAME = _phrases("""
    tổng hợp | tổng hợp và dịch | lược ghi | envoyé spécial | envoyée spéciale | envoyés spéciaux |
    envoyées spéciales | enviado especial | enviada especial | inviato | inviata | 기자 | 선임기자 | 특파원
""")

# A part of a byline that ends in one of these is a role, not a name; German compounds end in the last four.
ROLE_NOUNS = frozenset(
    _phrases("""
    reporter | reporters | correspondent | correspondents | editor | editors | writer | writers | columnist |
    columnists | journalist | journalists | contributor | contributors | producer | producers | photographer |
    photographers | staff | chief | guest | autor | autorin | korrespondentin | redaktion | redacción | rédaction |
    redazione | redactie | jurnalis | muhabir | reporterin | ctv | pv | p.v | p.v. | bbt | tổng-hợp | thực-hiện | ảnh |
    bài | b.b.t | b.b.t.
""")
)
ROLE_ENDINGS = ("korrespondent", "korrespondentin", "redakteur", "redakteurin")
ROLE_PHRASES = frozenset(
    _phrases("phóng viên | cộng tác viên | biên tập viên | nhóm pv | nhóm p.v | nhóm phóng viên | tổng hợp | thực hiện")
)

# Before a name: titles.
TITLES = _phrases("""
    dr | prof | mr | mrs | ms | ts | ths | gs | pgs | bs | ls | ks | nhà báo | luật sư | bác sĩ | thạc sĩ | tiến sĩ |
    kỹ sư | nhà văn | nhà thơ | ctv | pv | phóng viên | cộng tác viên | thiếu úy | trung úy | thượng úy | đại úy |
    thiếu tá | trung tá | thượng tá | đại tá | thiếu tướng | trung tướng
""")

# Behind a name: degrees, professions, orders, without their dots.
POST_NOMINALS = frozenset(
    _phrases("""
    PhD | PHD | DPhil | MPhil | EdD | PsyD | PharmD | ScD | DSc | MD | DO | DDS | DMD | DVM | OD | JD | LLB |
    LLM | MBA | MPH | MPA | MPP | MFA | MSW | MHA | MSc | BSc | MSN | BSN | MEd | MEng | BEng | MA | BA | MS |
    BS | RN | NP | APRN | FNP | PA-C | RD | RDN | LCSW | LPC | LMFT | CPA | CFA | CFP | PMP | CISSP | CPP | PSP
    | PE | AIA | FAIA | FRCP | FACS | FACP | Esq | SJ | OP | OSB | QC | KC | MP | MBE | OBE | CBE | MdB | MdL
""")
)

# Boilerplate beside a byline that is as short as a name.
FURNITURE = _phrases("""
    Twitter | Facebook | Instagram | LinkedIn | WhatsApp | Telegram | YouTube | TikTok | X | Email | E-Mail | Print |
    Share | Follow | Subscribe | Comments | Comment | Copy link | Zalo | Chia sẻ | Bình luận | Theo dõi |
    In bài viết | Advertisement | Anzeige | Read more | Sign up | Log in | Contact | Website | Newsletter |
    More | By | Von | Par | Por | Af | Av | Quảng cáo | Tin liên quan | Đọc thêm | Xem thêm | Từ khóa | Chủ đề |
    Liên hệ | Trở về | Hết | Ban biên tập | Về đầu trang | Gửi bình luận | Việt Nam | Hà Nội | TP HCM | Key points |
    Key takeaways | Highlights | Summary | Overview | Introduction | Breaking news | Live updates | Top stories |
    Read next | Get the app | Our newsletters | Sign up now | View all | View all posts | See all | All posts |
    More posts | Last | Last updated | Updated | Published | Full bio | View bio | See full bio | Xem tất cả |
    Read full bio | About the author | Agenturen | Agencies | Agences | Agencias |
    Monday | Tuesday | Wednesday | Thursday | Friday | Saturday | Sunday | Montag | Dienstag | Mittwoch | Donnerstag |
    Freitag | Samstag | Sonntag | lundi | mardi | mercredi | jeudi | vendredi | samedi | dimanche | lunes | martes |
    miércoles | jueves | viernes | sábado | domingo | magazine | newspaper | journal | Zeitung | diario | periódico
""")

# A department's name: how it ends or begins.
DEPARTMENT = (
    r"\b(?:team|desk|newsroom|department|(?:news|online|web|digital) editor|(?:staff|web|[a-z](?:\.[a-z]){1,3}\.?)"
    r" report|seo|redaktion|redazione|redacción)$|(?:快[訊讯]|編輯部|编辑部|新聞部|\w[網网報报社])$"
    r"|^(?:seo|redacción|redação|rédaction)\b"
)

# News agencies: authors of articles without a person's byline.
AGENCIES = _phrases("""
    AFP | AP | Associated Press | Reuters Staff | BBC News | The Associated Press | Agence France-Presse |
    Reuters | dpa | TTXVN | VNA | TASS |
    Xinhua | Tân Hoa Xã | THX | Sputnik | Bloomberg | ANSA | EFE | Europa Press | ANP | Belga | NTB | TT | Ritzau |
    STT | PAP | ČTK | MTI | APA | SDA | Keystone-SDA | Kyodo | 時事通信 | 共同通信
    | 中央社 | 中央通訊社 | 新华社 | 新華社 | 中新社 | 연합뉴스 | 뉴시스 | 뉴스1
    | Yonhap | Antara | AA | Anadolu Ajansı |
    DHA | IHA | PTI | IANS | ANI | AAP | PA | PA Media | Press Association | Canadian Press | The Canadian Press |
    KNA | epd | sid | Interfax | UNIAN | Ukrinform
""")

# Those that stand behind an author's name without a comma or a bar: `Ann Lee Associated Press`.
AGENCY_BEHIND_NAME = r"associated press|reuters|afp|bloomberg|dpa|ttxvn|press association|canadian press"

# How names of outlets end that stand beside an author's. (BBC News alone is an agency, as above.)
OUTLET_ENDING = (
    r"News|Times|Herald|Tribune|Gazette|Chronicle|Zeitung|Kurier|Anzeiger|Nachrichten|Rundschau|Tageblatt|TV|Media"
)

# CMS accounts and vendors: the default author where nobody entered a name.
VENDORS = _phrases("""
    VCCorp.vn | VCCorp vn | ePi | Hemera | MasterCMS | admin | administrator | editor | webmaster | root | developer
    | superadmin | user | name | your name | unknown | null | none | undefined | author | staff | wordpress
    | newsroom | news desk | web desk | staff reporter | staff report | staff writer | no author | anonymous | anonym |
    anonyme | anónimo | anônimo | anonimo
""")

# Words that occur in the names of many newspapers: they do not identify an outlet.
HOUSE_WORDS = frozenset(
    _phrases("""
    bao | dien | tu | tap | chi | dai | truyen | hinh | phat | thanh | va | online | news | newspaper | net | com |
    org | vn | www | http | https | tv | m | the | der | die | das | de | la | le | el | digital | desk | staff |
    team | newsroom | redaktion | redaction | redacao | redaccion | editorial
""")
)


# labels before the photographer's name, followed by a colon or a slash (longest first)
CREDIT_LABEL = (
    r"ảnh (?:minh h[oọ][aạ]|tư liệu|chụp màn hình|đồ h[oọ][aạ]|cắt từ clip)|nguồn ảnh|ảnh bìa|ảnh|đồ h[oọ][aạ]|"
    r"nguồn|video|clip|"
    r"photo(?:graph)?(?:s|graphy)?(?: by| credits?| courtesy(?: of)?| source)?|pictures?(?: by| credit)?|"
    r"images?(?: by| credits?| source)?|"
    r"autor(?:ka)?|photographers?|photographe|fotógraf[oa]|beeld|fotografias?|fotografías|"
    r"credits?|courtesy(?: of)?|source|illustration(?: by)?|graphics?|screenshot|"
    r"ilustra(?:ción|ção)|illustrazione|file photo|composite|copyright|"
    r"(?:symbol|archiv|teaser|titel)?(?:foto|bild)s?(?:nachweis|quelle|rechte|credit)?|quelle|grafik|illustration|"
    r"foto's|fotos?|fotók?|fotograf(?:ie|ija|i)?|izvor|nuotr|φωτο(?:γραφία)?|πηγή|צילום|عکس|منبع|फोटो|ছবি|ภาพ|"
    r"fotografía|fotografie|(?:imagen|foto)(?: ilustrativa| de archivo)|imagen|imágenes|"
    r"fuente|crédito|créditos|crédit(?: photo)?s?|"
    r"photo d'archives|imagem|fonte|"
    r"kuva|kuvat|bilde|bildet|billede|ljósmynd|skjáskot|mynd|zdroj|zdjęcie|źródło|fot|foto ilustrasi|dok|sumber|"
    r"kaynak|fotoğraf|foto izvor|izvor|fotó[ks]?|forrás|sursa(?: foto)?|nuotr(?:auka|aukos)?|"
    r"autors|arkiv(?:foto|bilde)|"
    r"(?:автор )?фото(?:графия|графії|графија)?|иллюстрация|ілюстрація|источник|джерело|извор|снимк[аи]|слика|"
    r"φωτο(?:γραφί(?:α|ες))?|φωτό|φωτ|πηγή|εικόνα|צילום|צילומים|תמונה|קרדיט|"
    r"(?:عدسة|تصوير|صورة|الصورة|صور|مصدر الصورة|المصدر)|عکس|عکاس|تصویر|منبع|"
    r"फोटो|तस्वीर|छवि|साभार|स्रोत|ફોટો|তসবির|ছবি|படம்|ภาพ(?:โดย|จาก)?|ที่มา|写真|撮影|提供|出典|"
    r"사진 ?출처|자료 ?사진|사진 ?제공|사진|图片?来源|图源|圖片來源|圖片提供|圖源|摄影|攝影|图片|圖片|图|圖"
)
# News and picture agencies in credits and beside roles: more than AGENCIES, each as a regular expression.
AGENCY = (
    r"AFP|AP(?: Photo)?|A\.?P\.?|dpa|EPA(?:-EFE)?|EFE|Reuters|TTXVN|VNA|THX|Xinhua|ANSA|ČTK|CTK|PAP|NTB|TASS|"
    r"Getty(?: Images)?|Associated Press|Canadian Press|"
    r"AAP|PA(?: Images| Media| Wire)?|Shutter[sS]tock|iStock(?:photo)?|Unsplash|Pixabay|Pexels|Depositphotos|"
    r"Adobe Stock|Dreamstime|Wikimedia Commons|Bloomberg|Anadolu|AA|"
    r"Imago|IMAGO|imago|"
    r"picture[- ]alliance|Keystone|APA|KYODO|Kyodo|Kyodo News|UPI|SIPA|Sipa(?: USA)?|Abaca|Belga|ANP|LaPresse|"
    r"Europa Press|"
    r"ZUMA(?: Press)?|Alamy|Corbis|Magnum|NurPhoto|Ritzau(?: Scanpix)?|Scanpix|TT|Lehtikuva|"
    r"MTI|BNS|LETA|Agerpres|PTI|ANI|IANS|DHA|İHA|ΑΠΕ-ΜΠΕ|EUROKINISSI|Télam|Andina|Cuartoscuro|Folhapress|БТА|БГНЕС|"
    r"ТАСС|РИА Новости|УНИАН|Укринформ|Укрінформ|رويترز|أ\.? ?ف\.? ?ب|د\.? ?ب\.? ?أ|الأناضول|الفرنسية|غيتي|ایرنا|ایسنا|"
    r"共同通信社|時事|新华社|新華社|中央社|中新社|美聯社|法新社|路透社?|歐新社|达志影像|達志影像|東方IC|东方IC|视觉中国|"
    r"연합뉴스|뉴시스|뉴스1"
)
