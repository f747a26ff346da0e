"""Labels of photographers and names of picture agencies in the languages of newspapers: parts of regular expressions.
Data only."""

from __future__ import annotations

# labels before the photographer's name, followed by a colon or a slash (longest first)
LABEL = (
    r"ảnh (?:minh h[oọ][aạ]|tư liệu|chụp màn hình|đồ h[oọ][aạ]|cắt từ clip)|nguồn ảnh|ảnh bìa|ảnh|đồ h[oọ][aạ]|"
    r"nguồn|video|clip|"
    r"photo(?:graph)?(?:s|graphy)?(?: by| credits?| courtesy(?: of)?| source)?|pictures?(?: by| credit)?|"
    r"images?(?: by| credits?| source)?|"
    r"autor(?:ka)?|"
    r"credits?|courtesy(?: of)?|source|illustration(?: by)?|graphics?|screenshot|"
    r"ilustra(?:ción|ção)|illustrazione|file photo|composite|copyright|"
    r"(?:symbol|archiv|teaser|titel)?(?:foto|bild)s?(?:nachweis|quelle|rechte|credit)?|quelle|grafik|illustration|"
    r"foto's|fotos?|fotók?|fotograf(?:ie|ija|i)?|izvor|nuotr|φωτο(?:γραφία)?|πηγή|צילום|عکس|منبع|फोटो|ছবি|ภาพ|"
    r"fotografía|fotografie|imagen|imágenes|fuente|crédito|créditos|crédit(?: photo)?s?|"
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
AGENCY = (
    r"AFP|AP(?: Photo)?|A\.?P\.?|dpa|EPA(?:-EFE)?|EFE|Reuters|TTXVN|VNA|THX|Xinhua|ANSA|ČTK|CTK|PAP|NTB|TASS|"
    r"Getty(?: Images)?|"
    r"AAP|PA(?: Images| Media| Wire)?|Shutterstock|iStock(?:photo)?|Unsplash|Pixabay|Pexels|Bloomberg|Anadolu|AA|"
    r"Imago|IMAGO|imago|"
    r"picture[- ]alliance|Keystone|APA|KYODO|Kyodo|Kyodo News|UPI|SIPA|Sipa(?: USA)?|Abaca|Belga|ANP|LaPresse|"
    r"Europa Press|"
    r"ZUMA(?: Press)?|Alamy|Corbis|Magnum|NurPhoto|Ritzau(?: Scanpix)?|Scanpix|TT|Lehtikuva|"
    r"MTI|BNS|LETA|Agerpres|PTI|ANI|IANS|DHA|İHA|ΑΠΕ-ΜΠΕ|EUROKINISSI|Télam|Andina|Cuartoscuro|Folhapress|БТА|БГНЕС|"
    r"ТАСС|РИА Новости|УНИАН|Укринформ|Укрінформ|رويترز|أ\.? ?ف\.? ?ب|د\.? ?ب\.? ?أ|الأناضول|الفرنسية|غيتي|ایرنا|ایسنا|"
    r"共同通信社|時事|新华社|新華社|中央社|中新社|美聯社|法新社|路透社?|歐新社|达志影像|達志影像|東方IC|东方IC|视觉中国|"
    r"연합뉴스|뉴시스|뉴스1"
)
