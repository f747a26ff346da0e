"""Phrases that newsrooms print around an article; how they print a dateline (where a story was filed, or who filed it)
and a note of a correction. Data only.

Each table is a raw string with one regular expression per line, matched at the beginning of a piece and without
regard to case; leading punctuation is skipped.
"""

from __future__ import annotations

import re


def _alternation(table: str) -> str:
    """A regex alternation of the lines of a table."""
    return "|".join(line.strip() for line in table.strip().splitlines())


_LEADING_PUNCTUATION = r"\W{0,5}"  # punctuation in front; without a bound, text of only punctuation takes minutes


def _at_start(*tables: str) -> re.Pattern[str]:
    return re.compile(rf"{_LEADING_PUNCTUATION}(?:{'|'.join(_alternation(table) for table in tables)})", re.I)


# headings of boxes with links to other stories, in the languages of our outlets
_RELATED_HEADINGS = r"""
(?:explore )?related(?: (?:news|articles?|stories|posts|content|topics|coverage|links|video))?
read (?:more|next|also|on)|also read|see also|more (?:on|from|news|stories|in)\b.{0,40}
recommended(?: for you)?|most (?:read|popular|viewed)|trending(?: now)?|don't miss|up next|watch(?: now| next)?
(?:also in|in other) (?:the )?news|more (?:headlines|top stories)|latest (?:posts|articles|headlines)
you (?:may|might) (?:also )?(?:like|be interested).{0,20}|what to know.{0,30}
more great .{0,30}stories|what (?:else )?(?:to|we).{0,20}(?:reading|watching)
editor'?s'? (?:picks?|choice)|further reading|top (?:news )?stories(?: today)?|latest (?:news|stories)
tin (?:liên quan|khác|mới(?: nhất)?|đọc nhiều|cùng chuyên mục|bài liên quan|tức khác|nổi bật|nóng)|các tin khác
cùng chuyên mục|mới nhất|có thể bạn quan tâm|xem thêm|đọc thêm|bài liên quan|đọc nhiều(?: nhất)?
liên kết website|phản hồi|từ khóa|chủ đề|bình luận(?: \(\d+\))?|ý kiến bạn đọc|chia sẻ
das könnte sie (?:auch )?interessieren.{0,20}|auch interessant.{0,20}|lesen sie auch.{0,20}|mehr zum thema.{0,20}
lesen sie auch die folgenden (?:artikel|beiträge)|zum weiterlesen|(?:mehr|weitere) themen|lust auf mehr
zum thema|weitere (?:artikel|themen|nachrichten).{0,20}|mehr (?:aus|von|über|zu[mr]?)\b.{0,30}|lesetipps?|passend dazu
meistgelesen.{0,20}|sur le même sujet|(?:à|a) lire aussi|lire aussi|voir aussi|lea también|[tl]e puede interesar
[tl]es? recomendamos(?: leer)?|más información|(?:noticias|v[ií]deos?) (?:relacionad|recomendad)[ao]s?|ver también
leer más|leggi anche|potrebbe interessarti|leia (?:também|mais)
veja também|les også|läs (?:också|mer|även)|lue myös|læs også|baca juga|lihat juga|ilgili haberler
čtěte (?:také|i)|související|czytaj (?:też|także|więcej)|читайте также|читайте також|по теме|смотрите также
関連記事|あわせて読みたい|おすすめ記事|関連|相关阅读|延伸阅读|推荐阅读|更多新闻|اقرأ أيضا|إقرأ أيضاً|التالي|السابق
"""
RELATED = re.compile(rf"{_LEADING_PUNCTUATION}(?:{_alternation(_RELATED_HEADINGS)})\W*$", re.I)

# pieces that are never article text: a `Related` label with a link behind it, buttons, players, adverts
_LINK_LABELS = r"""
(?:read (?:more|also|next)|also read|see also|related(?: \w+)?|recommended)\s*[:|»–-]\s*\S
watch more (?:of )?(?:our )?videos\b.{0,120}$
(?:watch(?: now)?|listen|more|exclusive|must read|in pictures)\s*[:|»–-]\s*\S
(?:xem thêm|đọc thêm|tin liên quan|mời (?:bạn|quý).{0,30}(?:đọc|xem))\s*[:>»]
(?:lesen sie (?:auch|hier)|lesen sie mehr|mehr zum thema|auch interessant|lesetipp|zum thema|hintergrund)\s*[:|]
(?:(?:à|a) lire aussi|lire aussi|lea también|lea además|[tl]e puede interesar|leggi anche|leia (?:também|mais))
(?:nota|noticia|artículo|notícia|matéria) relacionad[ao]\s*:
(?:lea|vea|mir[aá]|leia|veja) (?:también|además|más|mais)\s*:
читайте (?:также|материал\w*|подробнее|далее|ещ[её])\b
(?:veja também|baca juga|les også|läs också|читайте також|čtěte také|czytaj też)
"""
_ADVERT_LABELS = r"""
(?:advertisements?|advertising|anzeige|werbung|publicidad|publicité|pubblicità|publicidade|reklama|reklame)\W*$
(?:annonse|iklan|広告|реклама|quảng cáo|sponsored(?: content)?)\W*$
(?:continúa|continua|sigue|segue)\b.{0,30}\b(?:publicidade?|pubblicità|anuncio|anúncio)\W*$
"""
ADVERT = _at_start(_ADVERT_LABELS)
_BUTTON_LABELS = r"""
share(?: this)?(?: (?:article|story|on .{1,20}))?\W*$
(?:tweet|e-?mail|print|copy(?: link)?|facebook|twitter|whatsapp|linkedin|pinterest|telegram|save|like this)\W*$
(?:comments?|no comments|leave a (?:comment|reply)|post a comment|loading)\W*$
(?:story continues below|article continues (?:below|after)|continue reading|dalsza część artykułu pod).{0,60}$
(?:sign up|subscribe|register|get our|join our|follow us|download our|like us)\b.{0,250}$
(?:.{0,80}[.!?] )?(?:folgen? (?:sie|du)? ?uns|folgt uns|suivez-nous|síguenos|seguici|siga-nos)\b.{0,250}$
(?:volg ons|følg oss|följ oss)\b.{0,250}$
(?:assine|inscreva-se|apoie|suscr[ií]b(?:ete|ase)|únete|abonnez-vous|iscriviti)\b.{0,250}$
.{0,80}\bcanal de (?:telegram|whatsapp|youtube)\b[^.]{0,30}[.?!] ?(?:únete|entre|sigue)\b.{0,120}$
[^.]{0,60}\b(?:nuestro|nosso) canal (?:de|do|no) (?:telegram|whatsapp|youtube)\W*$
[^.]{0,60}\bour (?:telegram|whatsapp|youtube) channel\W*$|click here to (?:subscribe|sign|join|read)\b.{0,250}$
(?:chia sẻ|gửi|mời|độc giả|bạn đọc|xem|đọc)\b.{0,150}\btại đây\W*$
(?:bản in|in bài(?: viết)?|copy link|link bài gốc|trở lại.{0,30}|gửi bình luận|quay lại)\W*$
(?:trở thành người đầu tiên|hiện chưa có bình luận|tối đa:? \d+ ký tự|tải ứng dụng).{0,80}$
(?:like|enjoy) this (?:article|story)\?.{0,80}$
this (?:article|story|post|piece) is part of (?:an?|the|our)\b.{0,250}$
(?:your feedback is important|tell us what you think|we (?:value|welcome|want) your feedback)\b.{0,120}$
simak (?:juga )?video\b.{0,150}$|\[gambas\s?:.{0,60}$|.{0,160}\bfor as little as [£$€]\s?\d.{0,160}$
(?:.{0,160} )?sign up (?:for|to) .{0,60}newsletters?(?: here)?\W*$
get the (?:best|latest|top)\b.{0,80}\binbox\b.{0,250}$
got a (?:news )?tip\?.{0,200}$|.{0,120}\bconsider (?:making a donation|donating|becoming a member)\b.{0,200}$
(?:.{0,160} )?(?:wesprzyj nas (?:darowizną|finansowo)|przekaż nam 1(?:[.,]5)?%).{0,60}$
you can unsubscribe\b.{0,250}$|(?:nichts neues|keine news)(?: mehr)? verpassen.{0,80}$
.{0,80}\b(?:suscr[ií]bi?te|newsletter abonnieren)\W*$
(?:ख़?बर सुनें|listen to (?:this )?(?:article|story)|artikel (?:an)?hören|écouter l.article)\W*$
nghe (?:bài|tin)(?: này| viết)?(?:\W{0,3}giọng [^.]{0,20})?[\W\d]*$
(?:értékeld a cikket|rate this (?:article|story)|đánh giá bài viết|valora(?: este)? artículo|artikel bewerten).{0,60}$
(?:xin vui lòng gõ tiếng việt có dấu|(?:theo dõi|quan tâm).{0,60}(?:google news|facebook|zalo)).{0,40}$
(?:(?:kính )?mời|hãy|đừng quên)\b.{0,60}\b(?:theo dõi|quan tâm)\b.{0,60}\b(?:google news|facebook|zalo)\b.{0,40}$
(?:kính )?mời (?:bạn|quý|độc|các)\b.{0,40}\b(?:xem|nghe|theo dõi)\b.{0,40}\b(?:video|clip|podcast|phóng sự|phim)\W*$
(?:kính )?mời (?:bạn|quý|độc|các)\b.{0,40}\b(?:vào|ghé)\b.{0,20}\b(?:chuyên (?:mục|trang)|trang|website)\b.{0,90}$
quét (?:mã )?qr\b.{0,40}\b(?:tải|cài)\b.{0,60}\b(?:ứng dụng|app)\b.{0,40}$
mọi (?:thông tin|ý kiến|phản ánh|đóng góp)\b.{0,120}\b(?:(?:tòa|toà) soạn|toasoan@|bandoc@|bbt@).{0,120}$
"""
# how often a page was looked at: lines that change at every look
_COUNTERS = r"""
(?:(?:số |tổng )?(?:lượt|lần) (?:xem|đọc|truy cập)|(?:page ?)?views|hits|aufrufe|vues|visitas)\W{0,4}\d[\d.,]{0,12}\W*$
\d[\d.,]{0,12}\s?(?:lượt (?:xem|đọc|truy cập)|(?:page ?)?views?|reads|hits|aufrufe|vues|visitas|просмотр\w*)\W*$
(?:(?:cập nhật|đăng)\W{0,3})?\d{1,3} (?:giây|phút|giờ|tiếng|ngày|tuần|tháng) trước\W*$
(?:(?:updated|posted|published|modified)\W{0,3})?\d{1,3} (?:second|minute|min|hour|day|week|month)s? ago\W*$
(?:vor|il y a|hace) \d{1,3} (?:minut\w{1,2}|stunden?|tag\w{0,2}|heures?|jours?|horas?|días?)\W*$
\d[\d.,]{0,12} (?:bình chọn|votes?|stimmen|votos)\b(?:\W{0,3}\d+(?:/\d+)?(?: \w+)?)?\W*$
(?:read|viewed|gelesen|leído|đã (?:xem|đọc))\W{0,3}\d[\d.,]{0,12}(?: times| mal| veces| lần)?\W*$
"""
# when a page was last touched, and nothing of what was done to it
_UPDATED = (
    r"(?:last |zuletzt |dernière |última )?(?:updated?|modified|aktualisiert|stand(?=:)|mise? à jour|actualiza\w{2,5}"
    r"|cập nhật(?: lần cuối)?)\b(?=.{0,60}\d)(?:[\s\d:.,/()+–-]|(?:on|at|am|um|uhr|le|à|a las|lúc|ngày|tháng|năm|giờ|h"
    r"|gmt|utc|[ap]m|jan\w*|feb\w*|mar\w*|apr\w*|may|jun\w*|jul\w*|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*)(?![^\W\d_]))*+$"
)
_MISCELLANEOUS_NOISE = r"""
if you (?:enjoyed|liked) (?:reading )?this (?:post|article|story)\b.{0,200}$
(?:did you (?:like|enjoy)|hat (?:dir|ihnen|euch) (?:dieser|der) (?:artikel|beitrag)|avez-vous aimé).{0,300}$
gefällt (?:dir|ihnen) (?:unser|dieser?)\b.{0,300}$
we want to hear what you think about this (?:article|story)\b.{0,200}$
(?:dieser|der) (?:eintrag|beitrag|artikel) wurde (?:am .{0,60} )?(?:veröffentlicht|geschrieben|gepostet)\b.{0,200}$
\d{1,2} ?(?:min(?:ute)?s?)(?: read| lesezeit)?\W*$|lesezeit.{0,20}$|\d+ (?:hours?|minutes?|days?) ago\W*$
(?:we|this (?:web)?site|(?:auf )?(?:unserer|dieser) \w*(?:seite|site)|ce site|este sitio)\b.{0,120}\bcookies?\b.{0,250}$
(?:all rights reserved|copyright|©).{0,200}$|opens? (?:in )?(?:a )?new (?:tab|window)\)?$
our standards: the thomson reuters|(?:media|image|photo|video)\W*(?:caption|copyright|source)\b
(?:.{0,150})(?:enable javascript|javascript (?:is|must be) (?:disabled|enabled)|upgrad\w+ to a web browser)
(?:.{0,150})(?:przeglądar\w+|navegador|navigateur|trình duyệt|браузер\w*|browser)\b.{0,60}\bjavascript.{0,150}$
(?:저작권자|무단\s?전재|版权所有|版權所有|未经授权|無断転載).{0,80}$
(?:.{0,150})browser (?:does not|doesn't) support|placeholder image.{0,5}$
"""
COUNTER = _at_start(_COUNTERS)
_LABELS = _at_start(_LINK_LABELS, _ADVERT_LABELS, _BUTTON_LABELS, _COUNTERS, _UPDATED, _MISCELLANEOUS_NOISE)
NOISE = re.compile(rf"{RELATED.pattern}|{_LABELS.pattern}", re.I)

# dummy text: what some pay walls and templates print in the place of sentences
_FILLER_WORDS = """
lorem ipsum dolor sit amet consectetur consequatur adipisci adipiscing elit sed do eiusmod tempor incididunt ut labore
et dolore magna aliqua enim ad minim veniam quis nostrud exercitation exercitationem ullamco laboris nisi aliquip ex
ea commodo consequat duis aute irure in reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur excepteur
sint occaecat cupidatat non proident sunt culpa qui officia deserunt mollit anim id est laborum perspiciatis unde
omnis iste natus error voluptatem accusantium doloremque laudantium totam rem aperiam eaque ipsa quae ab illo
inventore veritatis quasi architecto beatae vitae dicta explicabo nemo ipsam quia voluptas aspernatur aut odit fugit
magni dolores eos ratione sequi nesciunt neque porro quisquam numquam eius modi tempora incidunt magnam quaerat minima
nostrum corporis suscipit laboriosam aliquid commodi vel eum iure quam nihil molestiae illum quo at vero accusamus
iusto odio dignissimos ducimus blanditiis praesentium voluptatum deleniti atque corrupti quos quas molestias excepturi
occaecati cupiditate provident similique mollitia animi fuga harum quidem rerum facilis expedita distinctio nam libero
tempore cum soluta nobis eligendi optio cumque impedit minus quod maxime placeat facere possimus assumenda repellendus
temporibus autem quibusdam officiis debitis necessitatibus saepe eveniet voluptates repudiandae recusandae itaque
earum hic tenetur a sapiente delectus reiciendis voluptatibus maiores alias perferendis doloribus asperiores repellat
"""
FILLER = frozenset(_FILLER_WORDS.split())

# the heading of what readers say, and of who wrote the article
COMMENTS = re.compile(
    r"(?:about the (?:author|reviewer|writer)s?|über (?:den|die) autor\w*|à propos de l.auteure?"
    r"|sobre (?:el|la|o|a) autora?|comments?|kommentare?r?|commentaires|coment[aá]rios|commenti|reacties"
    r"|kommentit|komentarze|komentari|коментари|комментарии|коментарі|bình luận|phản hồi|ý kiến bạn đọc"
    r"|التعليقات|评论|留言|댓글|コメント)\W*(?:\(?\d+\)?)?",
    re.I,
)

# a note that the paper earns from its links
DISCLOSURE = re.compile(
    r"\b(?:we|may|might) (?:may |might |will )?(?:also )?(?:earn|receive|get)\b[^.]{0,20}\bcommissions?"
    r"(?=[.,;]|$| (?:if|when|on|from|for|at|through)\b)|\baffiliate[ -]links?\b|\bliens? affiliés?",
    re.I,
)

# behind an author's name in a biography
INTRODUCES = re.compile(r",? (?:is|was|ist|war|est|es|é|è|är|er|writes|covers|reports|schreibt|là)\b")

# what a pay wall offers in the place of the text
_OFFERS = r"""
already (?:an? )?(?:subscri\w+|member|registered)|already have an account|(?:continue|keep) reading (?:for|with)\b
(?:subscribe|sign (?:in|up)|log ?in|register)(?: now| here| today| or \w+)? to (?:read|continue|keep|unlock|access)\b
to (?:continue|keep) reading\b|cancel (?:at )?any ?time|unlock (?:this|the full) (?:article|story)
this (?:article|story|content) is (?:only |exclusively )?(?:for|available to) (?:our )?(?:subscribers|members)
jetzt weiterlesen|weiterlesen mit|jederzeit kündbar|(?:sie sind )?bereits abonnent|(?:nur )?für abonnenten
(?:déjà|deja) abonné|(?:la suite|cet article|il vous reste).{0,60}abonné|ya (?:eres|soy) suscriptor
suscr[ií]b(?:ete|ase) (?:para|y)|(?:contenido|artículo) exclusivo para|già abbonato|assine para (?:ler|continuar)
(?:vui lòng |hãy )?(?:đăng nhập|đăng ký|mua)\b.{0,40}\bđể (?:đọc|xem) (?:tiếp|toàn|đầy|bài|trọn)
(?:bài viết|nội dung)(?: này)? (?:chỉ )?dành (?:riêng )?cho (?:độc giả|thuê bao|hội viên|thành viên|tài khoản)
(?:この|続きの)?記事は.{0,6}会員限定|有料会員(?:に(?:なる|登録)|限定)|.{0,12}有料記事読み放題
"""
OFFER = re.compile(rf"\W{{0,3}}(?:{_alternation(_OFFERS)})", re.I)
LONGEST_OFFER = 200  # characters

# a heading whose box invites to a channel, and what asks readers for money
INVITATION = re.compile(
    r"(?:join (?:the|our)|únete a nuestr[oa]|rejoignez (?:notre|nos)|theo dõi .{2,30} trên|dołącz do nasz)\b"
    r".{0,50}\b(?:whatsapp|telegram|facebook|discord|zalo|viber)\b(?:.{0,20}\b(?:community|group|channel))?\W*$",
    re.I,
)
APPEAL = re.compile(
    r"(?<!\w)(?:wesprzyj nas (?:darowizną|finansowo)|przekaż nam 1(?:[.,]5)?%|consider (?:making a donation|donating)"
    r"|unterstützen sie uns mit (?:einer|ihrer) spende|soutenez-nous par un don|faites un don|haz una donación)(?!\w)",
    re.I,
)
LONGEST_APPEAL = 400  # characters

# words of many languages that nearly every paragraph in them has
COMMON_WORDS = frozenset(
    (
        *("the", "and", "for", "that", "with", "was", "from", "have", "are", "his", "der", "die", "das", "und", "mit"),
        *("den", "von", "ist", "les", "des", "une", "que", "pour", "dans", "sur", "est", "los", "las", "una", "por"),
        *("con", "para", "het", "een", "van", "dat"),
    )
)

# the imprint at the foot of every page; an article may quote it, so it is never dropped
_IMPRINT_PHRASES = r"""
.{0,80}giấy phép (?:hoạt động|xuất bản|thiết lập|số)\b|.{0,60}(?:ghi rõ|trích dẫn) nguồn\b|bản quyền|copyright|©
(?:tòa|toà) soạn\s*:|(?:phó )?(?:tổng|trưởng ban) biên tập\s*:|(?:.{0,40}- )?cơ quan (?:chủ quản|ngôn luận)\b
(?:số |tổng )?(?:lượt|lượng) (?:truy cập|xem)\b|đang (?:truy cập|trực tuyến)\b|all rights reserved
.{0,20}(?:版权(?:说明|声明|保护|所有)|版權(?:聲明|所有)|ICP备|网安备)|互联网新闻信息服务许可|违法和不良信息举报
"""
IMPRINT = _at_start(_IMPRINT_PHRASES)
LONGEST_IMPRINT = 300  # characters

EDITORS = re.compile(r"[【（(\[]?\s?(?:责任|責任|版面)?(?:编辑|編輯)\s?[:：].{2,40}")
# text behind the last sentence
_TAIL_PHRASES = r"""
(?:additional )?(?:reporting|writing|editing|edited|written|compiled|translated) by\b.{0,300}$
.{0,200}\b(?:contributed|contributing) (?:to this (?:report|story|article)|reporting)\W*$
【?(?:(?:责任|責任)?(?:编辑|編輯)|校[对對])\s?[:：].{0,20}$
(?:tags?|topics?|filed under|categories|category|source|via|quelle|fuente|nguồn|từ khóa|chủ đề|themen)\s*:.{0,200}$
(?:źródło(?: zdjęci\w+ \w+)?|fonte|zdroj|forrás|kaynak|sumber|kilde|källa|lähde|bron|источник|джерело)\s*:.{0,200}$
(?:keywords?|schlagworte|etiquetas)\s*:.{0,200}$
this (?:article|story) (?:is|was|has been) (?:originally|first|re-?published).{0,300}$
this (?:article|story) about .{1,60} was (?:written|produced) by.{0,300}$
.{0,60}\bmeinungen in beiträgen\b.{0,60}\bentsprechen\b.{0,200}$
.{2,60}is not responsible for the opinions?\b.{0,300}$|the (?:views|opinions) expressed (?:in|here|by)\b.{0,300}$
.{0,120}\b(?:clic(?:k|a|que)?|klicken sie|pincha) (?:aquí|here|ici|hier|aqui)\W*$
(?:theo|nguồn)\s*:?\s+(?-i:[A-ZĐ])[\w .&/-]{1,40}$
follow\b.{0,80}\b(?:twitter|facebook|instagram|@\w+).{0,250}$|(?:email|e-mail|contact)\b.{0,60}@.{0,300}$
(?:dpa|afp|ap|reuters|efe|ansa|ttxvn|thx|apa|sda|sid|kna|epd)(?:[/, ]+\w{1,12}){0,3}\W*$
(?:nhóm )?(?:p\.?\s?v\.?|phóng viên|c\.?t\.?v\.?|b\.?b\.?t\.?|ban biên tập)\W*$
"""
TAIL = re.compile(rf"{_at_start(_TAIL_PHRASES).pattern}|\W+$", re.I)

# text under a picture that is not its caption: a byline with a portrait, a button, an advert
_NOT_UNDER_PICTURES = r"""
(?:von|by|par|por|door|af|av|di|đăng bởi|tác giả)\s+(?-i:[A-ZÀ-ÝĐ])[^.!?]{2,60}(?:redakteur|correspondent|reporter)
(?:von|by|par|por|door|af|av|di)\s+(?-i:[A-ZÀ-ÝĐ])[^.!?]{2,60}(?:editor|\d\d?[:.]\d\d|\d{4}|$)
(?:advertisement|anzeige|werbung|publicidad|publicité|quảng cáo|sponsored|getty images)\W*$
\d{1,2}[./]\d{1,2}[./]\d{4},? (?:- )?\d{1,2}:\d\d|.{0,60}\b(?:lesezeit|min read)\b
(?:placeholder.{0,20}|videos?(?: (?:ansehen|loading|unavailable).{0,90})?|audio|(?:watch|listen|play)(?: \w+)?|ảnh \d+)$
(?:xem ảnh.{0,20}|(?:xem|ver|guarda il) v[ií]deo|(?:durée de l['’])?(?:audio|video|duration) \d\d?:\d\d)$|#\d+\s
"""
NOT_A_CAPTION = re.compile(rf"(?:{_alternation(_NOT_UNDER_PICTURES)})", re.I)

# a button in the box of a caption, glued to the credit
BUTTON_BEHIND = re.compile(
    r"(?i)(?<!\s)\s*+(?:visa mer|vis mer|se mer|lue lisää|show more|read more|mehr anzeigen|vergrößern|télécharger"
    r"|agrandir|ampliar|zoom|open image in gallery|view image in fullscreen|enlarge(?: image)?"
    r"|download|xem ảnh lớn|phóng to)\W*$"
)

GONE = re.compile(  # what a site prints in an article's place, under its usual title
    r"(?:trang|bài(?: viết| báo)?|tin(?: bài)?|nội dung|đường dẫn)\b.{0,50}\b"
    r"(?:không (?:còn )?tồn tại|(?:đã )?bị (?:xoá|xóa|gỡ))\b|"
    r"không tìm thấy (?:trang|bài|tin|nội dung|đường dẫn)\b|không tồn tại (?:trang|bài|tin|nội dung)\b|"
    r"\b(?:page|article|story|content|document)\b.{0,60}\b(?:not (?:be )?found|no longer (?:available|exists?)|"
    r"(?:does not|doesn.t) exist|(?:has|have) been (?:removed|deleted))\b|"
    r"\b(?:seite|artikel|beitrag)\b.{0,60}\b(?:nicht (?:gefunden|mehr verfügbar)|existiert nicht)\b|"
    r"\b(?:page|article)\b.{0,60}\b(?:n.existe (?:pas|plus)|introuvable)\b|"
    r"\b(?:página|noticia|notícia|artículo|artigo)\b.{0,60}\b"
    r"(?:no existe|no se encuentra|no encontrad|não (?:existe|encontrad))|"
    r"\b(?:pagina|articolo)\b.{0,60}\bnon (?:esiste|(?:è stat[ao] )?trovat)|"
    r"\b(?:strona|artykuł)\b.{0,60}\bnie (?:istnieje|(?:została? )?znalezion)|"
    r"\b(?:страница|статья)\b.{0,60}\bне (?:найдена|существует)\b",
    re.I,
)


# words of class names of the element that holds a dateline
DATELINE_ELEMENT = (
    r"date-?line|location-?(?:stamp|mark)|place-?(?:line|stamp)|story-?location|ortsmarke|stadt-?marke|dia-?danh"
)

# words of class names of a box with a note of a correction
CORRECTION_NOTE = (
    r"correction|corrections|corrigendum|dinh-?chinh|editors?-?note|update-?note|article-?(?:update|note)|amend\w*"
)

# datelines of scripts without capitals, and of agencies that mark them by brackets of their own
DATELINE_SHAPES = r"""
【[^【】＝=]{1,14}[＝=][^【】]{1,14}】
［[^［］]{2,30}］(?=\s*[-－―])
\[[^\[\]=]{1,15}=[^\[\]]{1,20}\]
\([^()=]{1,15}=[^()]{1,20}\)(?=\s*[가-힣]{2,5} 기자)
（(?:中央社|记者|記者)[^（）]{2,24}電）
(?:新华社|中新[社网]|中新社)\S{2,14}\d日\S{0,6}电
"""

# labels in capitals before a dash or a colon that name no place and no newsroom, without regard to case
DATELINE_LABELS = r"""
update|updated|exclusive|breaking|live|video|watch|opinion|analysis|explainer|interview|review|editorial|commentary|essay|column|comment|photos?
eil|eilmeldung|kommentar|analyse|meinung|ticker|liveticker|reportage|glosse|porträt|faktencheck|hintergrund
exclusif|entretien|récit|portrait|enquête|vidéo|direct|tribune|éditorial|décryptage|infographie
exclusiva|entrevista|opinión|análisis|última hora|vídeo|en vivo|exclusivo|análise|opinião|ao vivo
esclusiva|intervista|video|foto|diretta|wideo|wywiad|röportaj|son dakika|özel|breaking news
nóng|mới|nsưt|nsnd|gs|pgs|ts|ths|bs|ls|mc|infographic|e-?magazine|emagazine|video|clip|ảnh|podcast|longform|trực tiếp
đính chính|cập nhật|độc quyền
"""

# places in capitals before a colon, as papers of India, Pakistan, Bangladesh, Malaysia, Thailand and the Gulf do
DATELINE_PLACES = r"""
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
