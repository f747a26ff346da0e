"""How newspapers print a dateline (where a story was filed, or who filed it) and a note of a correction. Data only."""

# words of class names of the element that holds a dateline
ELEMENT = r"date-?line|location-?(?:stamp|mark)|place-?(?:line|stamp)|story-?location|ortsmarke|stadt-?marke|dia-?danh"

# words of class names of a box with a note of a correction
NOTE = r"correction|corrections|corrigendum|dinh-?chinh|editors?-?note|update-?note|article-?(?:update|note)|amend\w*"

# datelines of scripts without capitals, and of agencies that mark them by brackets of their own
SHAPES = r"""
【[^【】＝=]{1,14}[＝=][^【】]{1,14}】
［[^［］]{2,30}］(?=\s*[-－―])
\[[^\[\]=]{1,15}=[^\[\]]{1,20}\]
\([^()=]{1,15}=[^()]{1,20}\)(?=\s*[가-힣]{2,5} 기자)
（(?:中央社|记者|記者)[^（）]{2,24}電）
(?:新华社|中新[社网]|中新社)\S{2,14}\d日\S{0,6}电
"""

# labels in capitals before a dash or a colon that name no place and no newsroom, without regard to case
LABELS = r"""
update|updated|exclusive|breaking|live|video|watch|opinion|analysis|explainer|interview|review|editorial|commentary|essay|column|comment|photos?
eil|eilmeldung|kommentar|analyse|meinung|ticker|liveticker|reportage|glosse|porträt|faktencheck|hintergrund
exclusif|entretien|récit|portrait|enquête|vidéo|direct|tribune|éditorial|décryptage|infographie
exclusiva|entrevista|opinión|análisis|última hora|vídeo|en vivo|exclusivo|análise|opinião|ao vivo
esclusiva|intervista|video|foto|diretta|wideo|wywiad|röportaj|son dakika|özel|breaking news
nóng|mới|nsưt|nsnd|gs|pgs|ts|ths|bs|ls|mc|infographic|e-?magazine|emagazine|video|clip|ảnh|podcast|longform|trực tiếp
đính chính|cập nhật|độc quyền
"""

# places in capitals before a colon, as papers of India, Pakistan, Bangladesh, Malaysia, Thailand and the Gulf do
PLACES = r"""
NEW DELHI|DELHI|MUMBAI|KOLKATA|CHENNAI|BENGALURU|BANGALORE|HYDERABAD|AHMEDABAD|PUNE|JAIPUR|LUCKNOW|BHOPAL|PATNA|KOCHI
CHANDIGARH|GUWAHATI|NAGPUR|INDORE|SURAT|RANCHI|SRINAGAR|JAMMU|THIRUVANANTHAPURAM|VISAKHAPATNAM|COIMBATORE|MADURAI
ISLAMABAD|KARACHI|LAHORE|PESHAWAR|QUETTA|RAWALPINDI|FAISALABAD|MULTAN|DHAKA|CHITTAGONG|CHATTOGRAM|COLOMBO|KATHMANDU
KUALA LUMPUR|PUTRAJAYA|PETALING JAYA|GEORGE TOWN|JOHOR BARU|IPOH|KUCHING|KOTA KINABALU|SHAH ALAM|SINGAPORE|BANGKOK
DUBAI|ABU DHABI|RIYADH|JEDDAH|DOHA|KUWAIT CITY|MANAMA|MUSCAT|KABUL|LONDON|WASHINGTON|NEW YORK|PARIS|BEIJING|TOKYO
GENEVA|MOSCOW|BRUSSELS|BERLIN|ROME|CAIRO|TEHRAN|JERUSALEM|GAZA CITY|BEIRUT|DAMASCUS|BAGHDAD|UNITED NATIONS
"""

# beginnings of a newspaper's note that it corrected or updated a story, without regard to case
CORRECTIONS = r"""
(?:đính|cải) chính(?: (?:và|và cáo lỗi|thông tin))?\s*[:\].–-]|cáo lỗi\s*[:.–-]
(?:tòa|toà) soạn (?:xin )?(?:đính|cải) chính
(?:bài(?: viết| báo)?|bản tin|tin)(?: này| trên)?\b.{0,20}\bđã được (?:cập nhật|(?:chỉnh |bổ sung, )?sửa|đính chính)
(?:tòa soạn|toà soạn|báo|chúng tôi)\b.{0,40}\b(?:xin|thành thật) (?:cáo )?lỗi (?:về|vì|quý|bạn|độc|ông|bà|do)\b
(?:báo|chúng tôi)\b.{0,40}\bxin (?:được )?(?:đính|cải) chính\b
(?:cập nhật|updated?)\b[^:.\n]{0,30}:\s*[^\W\d]
corrections?(?: and clarifications?)?(?: appended)?\s*(?:\(|[:.–—-]|,? [A-Z][a-z]+\.? \d)|clarification\s*[:(–—-]
editor[’']s note\b.{0,40}:.{0,120}\b(?:updated|corrected|amended|revised|clarif|earlier version|misstated)
(?:this|the) (?:article|story|piece|post|headline)\b.{0,40}\b(?:updated|corrected|amended|edited|revised)\b
an (?:earlier|previous) version of (?:this|the) (?:article|story|piece|headline|photo caption)\b
korrektur(?:hinweis)?\s*[:(–—-]
(?:hinweis|anm(?:\.|erkung) der redaktion)\s*:.{0,60}\b(?:früheren|korrigiert|aktualisiert)
(?:anm(?:\.|erkung) d(?:er|\.) red(?:aktion|\.)|transparenzhinweis)\s*:.{0,120}\b(?:früheren|korrigiert|berichtigt)
(?:in )?einer früheren (?:version|fassung)
(?:der|dieser) (?:artikel|beitrag|text) wurde\b.{0,60}\b(?:korrigiert|aktualisiert)
rectificatif\b|erratum\b|correction\s*:|(?:cet|l[’'])\s?article a été (?:modifié|corrigé|mis à jour|rectifié)
une (?:première|précédente) version de (?:cet article|ce texte)
fe de (?:errores|erratas)\b|correcci[óo]n\s*:|rectificaci[óo]n\s*:
(?:este artículo|esta (?:noticia|nota|información)) (?:ha sido|fue) (?:actualizad|corregid|modificad)
una versión anterior de (?:este|esta)\b|errata\s*:|erramos\s*:|correção\s*:
(?:esta (?:reportagem|matéria|notícia)|este (?:texto|artigo)) foi (?:corrigid|atualizad|alterad)
(?:uma )?versão anterior dest[ea]\b|rettifica\s*:|errata corrige\b|una versione precedente di questo\b
(?:questo|l[’'])\s?articolo è stato (?:corretto|aggiornato|modificato)
sprostowanie\s*:|korekta\s*:|(?:w )?poprzedniej wersji (?:tekstu|artykułu)|düzeltme\s*:|bu haber(?:in)? .{0,30}güncellen
ralat\s*:|koreksi\s*:|berita ini telah (?:diperbarui|dikoreksi|diralat)|(?:artikel|berita) ini telah (?:diubah|direvisi)
rectificatie\s*:|correctie\s*:|in een eerdere versie\b|rättelse\s*[:.]|rettelse\s*[:.]|korrigering\s*:|oikaisu\s*[:.]
исправление\s*:|поправка\s*:|уточнение\s*:|виправлено\s*:|oprava\s*:|helyesbítés\s*:|διόρθωση\s*:|تصحيح\s*:
(?:【|［|\[|〈|■)?訂正(?:】|］|\]|〉|\s*[:：])|お詫びと訂正|更正(?:启事)?\s*[:：]|정정\s*[:：]|\[정정\]|바로잡습니다
"""
