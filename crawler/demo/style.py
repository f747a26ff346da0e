"""The paper's CSS, inlined in every page: red and cream, a little out of date."""

CSS = """
body{margin:0;background:#e9e6df;font:15px/1.5 Arial,"Liberation Sans","DejaVu Sans",sans-serif;color:#222}
a{color:#133c73;text-decoration:none}a:hover{text-decoration:underline}img{border:0;max-width:100%}
#trang{width:1040px;margin:0 auto;background:#fff;box-shadow:0 0 6px #bbb}
#dau{padding:14px 20px 10px;background:#fbf5e6;border-top:5px solid #a8201a;overflow:hidden}
#dau .ten{font:bold 42px/1 Georgia,"Liberation Serif","DejaVu Serif",serif;color:#a8201a;letter-spacing:1px}
.ten a,.ten-cu a{color:#a8201a}
#dau .khau-hieu{font-size:12px;font-style:italic;color:#6a5a3a;margin-top:6px}
#dau .dong-ho{float:right;font-size:12px;color:#555;margin-top:22px}
ul.menu{margin:0;padding:0 12px;background:#a8201a;list-style:none;overflow:hidden}
ul.menu li{float:left}ul.menu a{display:block;padding:8px 13px;color:#fff;font-weight:bold;font-size:14px}
#giua{overflow:hidden;padding:16px 20px}#chinh{float:left;width:690px}
#ben{float:right;width:290px;font-size:13px}
.box{margin:0 0 16px;border:1px solid #ddd}
.box h3{margin:0;padding:6px 10px;background:#f1e8d2;font-size:14px;color:#a8201a;
border-bottom:2px solid #a8201a}.box ul{margin:8px 8px 8px 26px;padding:0}.box li{margin:4px 0}
.ngay{color:#888;font-size:12px}
.qc{margin:0 0 14px;text-align:center}
h1{font:bold 26px/1.3 Georgia,"Liberation Serif","DejaVu Serif",serif;margin:8px 0}
.duong-dan,.titleDdtail,.thoi-gian,.article__meta{font-size:12px;color:#777}.padB10{padding-bottom:10px}
.sapo,.article__sapo{font-weight:bold;margin:10px 0}h2.article__sapo{font-size:16px}
.article__body h2,.noidung h3{font-size:17px;margin:14px 0 4px}img{height:auto}
.article__body img{max-height:520px;object-fit:cover}
.tin-lien-quan{float:right;width:230px;margin:0 0 8px 14px;padding:6px;background:#f6f3ec;font-size:13px;
text-align:left}
.tin-lien-quan ul{margin:4px 0;padding-left:20px}

.content-about-baiviet p,.noidung p,.article__body p{text-align:justify}
.articleimg_caption,figcaption,.image_desc{font-size:13px;font-style:italic;color:#555;background:#f6f3ec;
padding:6px 10px;
text-align:center}figure{margin:14px 0}.layout-image-2 figure{display:inline-block;width:48%;margin:0 1% 0 0}
blockquote{border-left:4px solid #d9c48f;margin:12px 0;padding:2px 14px;color:#444}
table.bang{border-collapse:collapse;margin:10px auto}table.bang td{border:1px solid #bbb;padding:4px 12px}
.chia-se{border:solid #ddd;border-width:1px 0;padding:6px 0;margin:12px 0;font-size:13px}
.chia-se a{margin-right:10px}
.comment{border-bottom:1px dotted #bbb;padding:4px 10px;font-size:13px}.comment p{margin:2px 0}
.tin{overflow:hidden;border-bottom:1px dotted #bbb;padding:10px 0}
.tin img{float:left;width:160px;margin-right:12px}
.tin h2{font-size:17px;margin:0 0 4px}.tin p{margin:0;font-size:14px}.noi-bat h2{font-size:24px}
.noi-bat img{width:330px}
.muc{display:inline-block;vertical-align:top;width:330px;margin:12px 12px 0 0}
.muc h3{border-bottom:2px solid #a8201a;margin:0 0 6px;color:#a8201a}
.trang-so{padding:12px 0;text-align:center}
.trang-so a,.trang-so b{border:1px solid #ccc;padding:3px 9px;margin:0 2px}
#cuoi{background:#3a3530;color:#ddd;font-size:12px;padding:10px 20px}#cuoi a{color:#f1e8d2}#cuoi p{margin:3px 0}
.tu-khoa{font-size:13px}.tu-khoa a{background:#eee;padding:2px 8px;margin-right:6px}
table.khung{width:1040px;margin:0 auto;background:#fff;font-family:"Times New Roman","Liberation Serif",serif;
font-size:16px}
table.khung td{vertical-align:top}td.dau-cu{background:#fbf5e6;border-top:5px solid #a8201a}
td.thuc-don{background:#a8201a}td.thuc-don a{color:#fff;font-weight:bold}
td.cuoi-cu{background:#f4efe2;font-size:13px;border-top:2px solid #a8201a}td.cuoi-cu p{margin:2px 0}
td.trai{width:180px;background:#f4efe2;font-size:14px}
td.phai{width:220px;font-size:14px}
.picBox{margin:10px auto}.picBox td{text-align:center}.tieude{font-size:24px;font-weight:bold;color:#8c1510}
""".strip()
