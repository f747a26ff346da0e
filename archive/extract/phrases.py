"""Sentences that newsrooms print around an article, by which pieces of text are told from it: data."""

from __future__ import annotations

import re

# headings and first words of boxes with links to other stories
_RELATED = (
    r"related(?: (?:news|articles?|stories|posts|content|topics|coverage|links|video))?|read (?:more|next|also|on)|also read|see also|more (?:on|from|news|stories|in)\b.{0,40}|"
    r"recommended(?: for you)?|most (?:read|popular|viewed)|trending(?: now)?|you (?:may|might) (?:also )?(?:like|be interested).{0,20}|don't miss|up next|watch(?: now| next)?|"
    r"editor'?s'? (?:picks?|choice)|further reading|top stories|latest (?:news|stories)|what to know.{0,30}",
    r"tin (?:liên quan|khác|mới(?: nhất)?|đọc nhiều|cùng chuyên mục|bài liên quan|tức khác)|các tin khác|cùng chuyên mục|mới nhất|có thể bạn quan tâm|xem thêm|đọc thêm|bài liên quan|"
    r"đọc nhiều(?: nhất)?|tin nổi bật|tin nóng|liên kết website|phản hồi|từ khóa|chủ đề|bình luận(?: \(\d+\))?|ý kiến bạn đọc|chia sẻ",
    r"(?:das könnte sie (?:auch )?interessieren|auch interessant|lesen sie auch|mehr zum thema|zum thema|weitere (?:artikel|themen|nachrichten)|mehr (?:aus|von|über)\b.{0,30}|lesetipps?|passend dazu|meistgelesen).{0,20}",
    r"(?:à lire aussi|lire aussi|sur le même sujet|voir aussi|a lire)|(?:lea también|te puede interesar|más información|noticias relacionadas|ver también|leer más)|(?:leggi anche|potrebbe interessarti)|"
    r"(?:leia (?:também|mais)|veja também)|(?:les også|läs (?:också|mer|även)|lue myös|læs også)|(?:baca juga|lihat juga)|(?:ilgili haberler)|(?:čtěte (?:také|i)|související)|(?:czytaj (?:też|także|więcej))|"
    r"(?:читайте также|читайте також|по теме|смотрите также)|(?:関連記事|あわせて読みたい|おすすめ記事|関連)|(?:相关阅读|延伸阅读|推荐阅读|更多新闻)|(?:اقرأ أيضا|إقرأ أيضاً|التالي|السابق)",
)
RELATED = re.compile(rf"^\W*(?:{'|'.join(_RELATED)})\W*$", re.I)

# whole pieces that are never text of the article
_NOISE = (
    *(rf"^\W*(?:{words})\W*$" for words in _RELATED),
    r"^\W*(?:read (?:more|also|next)|also read|see also|related(?: (?:story|article|news))?|recommended|watch(?: now)?|listen|more|exclusive|must read|in pictures)\s*[:|»–-]\s*\S",
    r"^\W*(?:xem thêm|đọc thêm|tin liên quan|mời (?:bạn|quý).{0,30}(?:đọc|xem))\s*[:>»]",
    r"^\W*(?:lesen sie (?:auch|hier)|lesen sie mehr|mehr zum thema|auch interessant|lesetipp|zum thema|hintergrund|interview)\s*[:|]",
    r"^\W*(?:à lire aussi|lire aussi|a lire|lea también|lea además|te puede interesar|leggi anche|leia (?:também|mais)|veja também|baca juga|les også|läs också|читайте также|читайте також|čtěte také|czytaj też)\s*[:|>»]?",
    r"^\W*(?:share(?: this)?(?: (?:article|story|on .{1,20}))?|tweet|e-?mail|print|copy(?: link)?|facebook|twitter|whatsapp|linkedin|pinterest|telegram|comments?|no comments|leave a (?:comment|reply)|post a comment|save|like this|loading\W*)\W*$",
    r"^\W*(?:advertisement|advertising|anzeige|werbung|publicidad|publicité|pubblicità|publicidade|reklama|reklame|annonse|iklan|広告|реклама|quảng cáo|sponsored(?: content)?|story continues below.{0,40}|article continues (?:below|after).{0,40}|continue reading.{0,60})\W*$",
    r"please enable javascript|javascript (?:is|must be) (?:disabled|enabled)|enable javascript|browser (?:does not|doesn't) support|upgrad\w+ to a web browser|your browser",
    r"^\W*(?:sign up|subscribe|register|get our|join our|follow us|download our|like us|click here to (?:subscribe|sign|join|read))\b.{0,250}$",
    r"^\W*(?:bản in|in bài(?: viết)?|copy link|link bài gốc|trở lại.{0,30}|trở thành người đầu tiên.{0,60}|tối đa:? \d+ ký tự|hiện chưa có bình luận.{0,80}|xin vui lòng gõ tiếng việt có dấu.{0,20}|gửi bình luận|quay lại|theo dõi.{0,60}(?:google news|facebook|zalo).{0,40}|tải ứng dụng.{0,60})\W*$",
    r"^\W*(?:\d{1,2} ?(?:min(?:ute)?s?|Min\.?)(?: read| lesezeit)?|\d+ (?:hours?|minutes?|days?) ago|lesezeit.{0,20})\W*$",
    r"^\W*(?:all rights reserved|copyright|©).{0,200}$|opens? (?:in )?(?:a )?new (?:tab|window)\)?$|our standards: the thomson reuters",
    r"^(?:media|image|photo|video)\W*(?:caption|copyright|source)\b",
)
NOISE = re.compile("|".join(_NOISE), re.I)

# what stands behind the last sentence
_TAIL = (
    r"^\W*(?:additional )?(?:reporting|writing|editing|edited|written|compiled|translated) by\b.{0,300}$",
    r"\b(?:contributed|contributing) (?:to this (?:report|story|article)|reporting)\W*$",
    r"^\W*(?:tags?|topics?|filed under|categories|category|source|via|quelle|fuente|nguồn|từ khóa|chủ đề|themen|schlagworte|etiquetas)\s*:.{0,200}$",
    r"^\W*(?:this (?:article|story) (?:was|has been) (?:originally|first|updated|amended)).{0,250}$",
    r"^\W*(?:theo|nguồn)\s*:?\s+[A-ZĐ][\w .&/-]{1,40}$",
    r"^\W*follow\b.{0,80}\b(?:twitter|facebook|instagram|@\w+).{0,60}$|^\W*(?:email|e-mail|contact)\b.{0,60}@.{0,60}$",
    r"^\W*(?:_{2,}|\*{3,}|-{3,}|#{2,})\W*$",
    r"^\W*\(?(?:dpa|afp|ap|reuters|efe|ansa|ttxvn|thx|apa|sda|sid|kna|epd)(?:[/, ]+\w{1,12}){0,3}\)?\W*$",
)
TAIL = re.compile("|".join(_TAIL), re.I)

# under a picture, and not its caption: a byline with a portrait, a button, an advert
NOT_A_CAPTION = re.compile(
    r"^(?:von|by|par|por|door|af|av|di|đăng bởi|tác giả)\s+(?-i:[A-ZÀ-ÝĐ])[^.!?]{2,60}(?:redakteur|correspondent|reporter|editor|\d\d?[:.]\d\d|\d{4}|$)|"
    r"^(?:advertisement|anzeige|werbung|publicidad|publicité|quảng cáo|sponsored|getty images|placeholder.{0,20}|ảnh \d+|xem ảnh.{0,20})$|"
    r"^#\d+ ",
    re.I,
)
