package check

import (
	"encoding/binary"
	"strconv"
	"testing"
)

// A position is found in the Exif of every format that a page can show.
func TestPosition(t *testing.T) {
	exif := func(latitude uint16) string { // one directory, which leads to one of the GPS
		var tiff []byte
		le := binary.LittleEndian
		entry := func(tag, kind uint16, count, value uint32) {
			tiff = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(tiff, tag), kind), count), value)
		}
		tiff = append(tiff, "II*\x00\x08\x00\x00\x00\x01\x00"...)
		entry(0x8825, 4, 1, 26)
		tiff = append(tiff, "\x00\x00\x00\x00\x01\x00"...)
		entry(latitude, 5, 3, 44)
		tiff = append(tiff, 0, 0, 0, 0)
		for range 3 {
			tiff = le.AppendUint32(le.AppendUint32(tiff, 30), 1)
		}
		return string(tiff)
	}
	be := binary.BigEndian
	chunk := func(name, data string) string {
		return string(be.AppendUint32(nil, uint32(len(data)))) + name + data + "\x00\x00\x00\x00"
	}
	riff := func(name, data string) string {
		return name + string(binary.LittleEndian.AppendUint32(nil, uint32(len(data)))) + data
	}
	for name, picture := range map[string]func(exif string) string{
		"JPEG": func(exif string) string {
			exif = "Exif\x00\x00" + exif
			return "\xff\xd8\xff\xe1" + string(be.AppendUint16(nil, uint16(len(exif)+2))) + exif + "\xff\xd9"
		},
		"PNG": func(exif string) string {
			return "\x89PNG\r\n\x1a\n" + chunk("IHDR", "\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00") + chunk("eXIf", exif) + chunk("IEND", "")
		},
		"WebP": func(exif string) string {
			return riff("RIFF", "WEBP"+riff("VP8X", "\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00")+riff("EXIF", exif))
		},
	} {
		const latitude, speed = 2, 13
		if !hasPosition([]byte(picture(exif(latitude)))) {
			t.Errorf("%s: the position is not found in %s", name, strconv.Quote(picture(exif(latitude))))
		}
		if !hasPosition([]byte(picture("Exif\x00\x00" + exif(latitude)))) {
			t.Errorf("%s: the position is not found behind a second beginning", name)
		}
		if two := picture(exif(speed)) + picture("Exif\x00\x00"+exif(latitude)); !hasPosition([]byte(two)) {
			t.Errorf("%s: the position is not found in a picture within the picture", name)
		}
		if hasPosition([]byte(picture(exif(speed)))) {
			t.Errorf("%s: a position is found where there is none", name)
		}
	}
	for _, xmp := range []string{"<exif:GPSLatitude>34,37.5N", "iTXtXML:com.adobe.xmp\x00\x01\x00", "zTXtRaw profile type exif\x00\x00"} {
		if !hasPosition([]byte("\x89PNG\r\n\x1a\n" + xmp)) {
			t.Errorf("not found: %q", xmp)
		}
	}
}
