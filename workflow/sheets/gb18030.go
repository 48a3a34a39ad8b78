package sheets

import (
	"golang.org/x/text/encoding/simplifiedchinese"
)

// overlay holds the two-byte codes of GB 18030 that the decoder leaves unread although
// they are characters of their own: vertical forms and components of characters. The
// other codes that it leaves unread are for private use and mean nothing here.
var overlay = map[[2]byte]rune{
	{0xA6, 0xD9}: '︐', {0xA6, 0xDA}: '︒', {0xA6, 0xDB}: '︑', {0xA6, 0xDC}: '︓', {0xA6, 0xDD}: '︔', {0xA6, 0xDE}: '︕', {0xA6, 0xDF}: '︖',
	{0xA6, 0xEC}: '︗', {0xA6, 0xED}: '︘', {0xA6, 0xF3}: '︙', {0xA8, 0xBC}: 'ḿ',
	{0xFE, 0x51}: '𠂇', {0xFE, 0x52}: '𠂉', {0xFE, 0x53}: '𠃌', {0xFE, 0x59}: '龴', {0xFE, 0x61}: '龵', {0xFE, 0x66}: '龶', {0xFE, 0x67}: '龷',
	{0xFE, 0x6C}: '𡗗', {0xFE, 0x6D}: '龸', {0xFE, 0x76}: '𢦏', {0xFE, 0x7E}: '龹', {0xFE, 0x90}: '龺', {0xFE, 0x91}: '𤇾', {0xFE, 0xA0}: '龻',
}

// fromGB18030 decodes a text; what cannot be read comes out as U+FFFD.
//
//	00–7F          one byte
//	81–FE 30–39 …  four bytes
//	81–FE 40–FE    two bytes
func fromGB18030(data []byte) ([]byte, error) {
	var out []byte
	from := 0
	flush := func(to int) error {
		text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data[from:to])
		out = append(out, text...)
		return err
	}
	for i := 0; i < len(data); {
		switch lead := data[i]; {
		case lead < 0x80 || i+1 == len(data):
			i++
		case data[i+1] >= 0x30 && data[i+1] <= 0x39:
			i += 4
		default:
			if r, ok := overlay[[2]byte{lead, data[i+1]}]; ok {
				if err := flush(i); err != nil {
					return nil, err
				}
				out = append(out, string(r)...)
				from = i + 2
			}
			i += 2
		}
	}
	err := flush(len(data))
	return out, err
}
