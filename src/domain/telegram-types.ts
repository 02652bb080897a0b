/**
 * What Telegram takes an extension for, and the extension that it gives a type: facts of github.com/tdlib/td,
 * tdutils/generate/mime_types.txt and generate_mime_types_gperf.cpp (27fb078). A type and its extensions a line, the preferred
 * one first; of two types with one extension the first counts, but one that is not `x-` before one that is. All of
 * audio, font, image and video; of the rest what is likely to lie in a bucket.
 */
const TABLE = `
application/epub+zip epub
application/java-archive jar
application/javascript js
application/json json
application/mathml+xml mathml
application/mbox mbox
application/mp4 mp4s
application/msword doc dot
application/mxf mxf
application/octet-stream bin dms lrf mar so dist distz pkg bpk dump elc deploy
application/ogg ogx
application/oxps oxps
application/pdf pdf
application/pgp-encrypted pgp
application/pgp-signature asc sig
application/pkcs8 p8
application/pkix-cert cer
application/postscript ai eps ps
application/rss+xml rss
application/atom+xml atom
application/rtf rtf
application/smil+xml smi smil
application/vnd.amazon.ebook azw
application/vnd.android.package-archive apk
application/vnd.apple.mpegurl m3u8
application/vnd.google-earth.kml+xml kml
application/vnd.google-earth.kmz kmz
application/vnd.ms-cab-compressed cab
application/vnd.ms-excel xls xlm xla xlc xlt xlw
application/vnd.ms-excel.sheet.binary.macroenabled.12 xlsb
application/vnd.ms-excel.sheet.macroenabled.12 xlsm
application/vnd.ms-fontobject eot
application/vnd.ms-htmlhelp chm
application/vnd.ms-powerpoint ppt pps pot
application/vnd.ms-powerpoint.presentation.macroenabled.12 pptm
application/vnd.ms-project mpp mpt
application/vnd.ms-word.document.macroenabled.12 docm
application/vnd.ms-xpsdocument xps
application/vnd.oasis.opendocument.chart odc
application/vnd.oasis.opendocument.formula odf
application/vnd.oasis.opendocument.graphics odg
application/vnd.oasis.opendocument.image odi
application/vnd.oasis.opendocument.presentation odp
application/vnd.oasis.opendocument.spreadsheet ods
application/vnd.oasis.opendocument.text odt
application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
application/vnd.openxmlformats-officedocument.presentationml.slideshow ppsx
application/vnd.openxmlformats-officedocument.presentationml.template potx
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
application/vnd.openxmlformats-officedocument.spreadsheetml.template xltx
application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
application/vnd.openxmlformats-officedocument.wordprocessingml.template dotx
application/vnd.rn-realmedia rm
application/vnd.rn-realmedia-vbr rmvb
application/vnd.tcpdump.pcap pcap cap dmp
application/vnd.visio vsd vst vss vsw
application/x-7z-compressed 7z
application/x-apple-diskimage dmg
application/x-bittorrent torrent
application/x-bzip bz
application/x-bzip2 bz2 boz
application/x-cbr cbr cba cbt cbz cb7
application/x-debian-package deb udeb
application/x-iso9660-image iso
application/x-latex latex
application/x-lzh-compressed lzh lha
application/x-mobipocket-ebook prc mobi
application/x-msaccess mdb
application/x-msdownload exe dll com bat msi
application/x-msmetafile wmf wmz emf emz
application/x-mspublisher pub
application/x-pkcs12 p12 pfx
application/x-rar-compressed rar
application/x-sh sh
application/x-shockwave-flash swf
application/x-sql sql
application/x-stuffit sit
application/x-subrip srt
application/x-tar tar
application/x-tex tex
application/x-tgsticker tgs
application/x-tgwallpattern tgv
application/x-x509-ca-cert der crt
application/x-xz xz
application/xhtml+xml xhtml xht
application/xml xml xsl
application/xml-dtd dtd
application/zip zip
audio/adpcm adp
audio/basic au snd
audio/midi midi mid kar rmi
audio/mp4 m4a mp4a
audio/mpeg mp3 mpga mp2 mp2a m2a m3a
audio/ogg oga ogg spx
audio/s3m s3m
audio/silk sil
audio/vnd.dece.audio uva uvva
audio/vnd.digital-winds eol
audio/vnd.dra dra
audio/vnd.dts dts
audio/vnd.dts.hd dtshd
audio/vnd.lucent.voice lvp
audio/vnd.ms-playready.media.pya pya
audio/vnd.nuera.ecelp4800 ecelp4800
audio/vnd.nuera.ecelp7470 ecelp7470
audio/vnd.nuera.ecelp9600 ecelp9600
audio/vnd.rip rip
audio/webm weba
audio/x-aac aac
audio/x-aiff aif aiff aifc
audio/x-caf caf
audio/x-flac flac
audio/x-matroska mka
audio/x-mpegurl m3u
audio/x-ms-wax wax
audio/x-ms-wma wma
audio/x-pn-realaudio ram ra
audio/x-pn-realaudio-plugin rmp
audio/x-wav wav
audio/xm xm
font/collection ttc
font/otf otf
font/ttf ttf
font/woff woff
font/woff2 woff2
image/bmp bmp
image/cgm cgm
image/g3fax g3
image/gif gif
image/heic heic
image/heic-sequence heics
image/heif heif
image/heif-sequence heifs
image/ief ief
image/jpeg jpg jpeg jpe
image/ktx ktx
image/png png
image/prs.btif btif
image/sgi sgi
image/svg+xml svg svgz
image/tiff tiff tif
image/vnd.adobe.photoshop psd
image/vnd.djvu djvu djv
image/vnd.dvb.subtitle sub
image/vnd.dwg dwg
image/vnd.dxf dxf
image/vnd.fpx fpx
image/vnd.ms-modi mdi
image/vnd.ms-photo wdp
image/vnd.wap.wbmp wbmp
image/vnd.xiff xif
image/webp webp
image/x-3ds 3ds
image/x-cmu-raster ras
image/x-cmx cmx
image/x-icon ico
image/x-mrsid-image sid
image/x-pcx pcx
image/x-pict pic pct
image/x-portable-anymap pnm
image/x-portable-bitmap pbm
image/x-portable-graymap pgm
image/x-portable-pixmap ppm
image/x-rgb rgb
image/x-tga tga
image/x-xbitmap xbm
image/x-xpixmap xpm
image/x-xwindowdump xwd
message/rfc822 eml mime
text/calendar ics ifb
text/css css
text/csv csv
text/html html htm
text/plain txt text conf def list log in
text/richtext rtx
text/sgml sgml sgm
text/tab-separated-values tsv
text/turtle ttl
text/uri-list uri uris urls
text/vcard vcard
text/vnd.graphviz gv
text/x-c c cc cxx cpp h hh dic
text/x-java-source java
text/x-nfo nfo
text/x-php php
text/x-vcalendar vcs
text/x-vcard vcf
video/3gpp 3gp
video/3gpp2 3g2
video/h261 h261
video/h263 h263
video/h264 h264
video/h265 h265
video/jpeg jpgv
video/jpm jpm jpgm
video/mj2 mj2 mjp2
video/mp4 mp4 mp4v mpg4
video/mpeg mpeg mpg mpe m1v m2v
video/ogg ogv
video/quicktime mov qt
video/vnd.dvb.file dvb
video/vnd.fvt fvt
video/vnd.mpegurl mxu m4u
video/vnd.vivo viv
video/webm webm
video/x-f4v f4v
video/x-fli fli
video/x-flv flv
video/x-m4v m4v
video/x-matroska mkv mk3d mks
video/x-mng mng
video/x-ms-asf asf asx
video/x-ms-vob vob
video/x-ms-wm wm
video/x-ms-wmv wmv
video/x-ms-wmx wmx
video/x-ms-wvx wvx
video/x-msvideo avi
video/x-sgi-movie movie
video/x-smv smv`;

const ROWS = TABLE.trim()
  .split("\n")
  .map((row) => row.split(" "));

const EXTENSION = new Map(ROWS.map(([type = "", preferred = ""]) => [type, preferred]));
const TYPE = new Map(
  ROWS.flatMap(([type = "", ...all]) => all.map((extension) => [extension, type] as const)),
);

/** All extensions that Telegram knows. */
export const TELEGRAM_EXTENSIONS: readonly string[] = [...TYPE.keys()];

/** The type that Telegram takes a file of this extension (lower case, without a dot) for; undefined for one that it does not know. */
export function telegramType(extension: string): string | undefined {
  return TYPE.get(extension);
}

/** The extension that Telegram gives a file of this type; undefined for one that it does not know. */
export function telegramExtension(type: string): string | undefined {
  return EXTENSION.get(type);
}
