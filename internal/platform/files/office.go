package files

import (
	"archive/zip"
	"encoding/xml"
	"path"
	"strings"
)

// checkOFD wants OFD.xml to be what GB/T 33190 says it is: an OFD element with a document.
func checkOFD(b []byte) error {
	var doc struct {
		XMLName xml.Name
		Bodies  []struct {
			Root string `xml:"DocRoot"`
		} `xml:"DocBody"`
	}
	if err := xml.Unmarshal(b, &doc); err != nil {
		return brokenArchive(err)
	}
	if doc.XMLName.Local != "OFD" || !strings.Contains(doc.XMLName.Space, "ofdspec.org") || len(doc.Bodies) == 0 {
		return refuse("OFD 文件里没有文档，请用原来的软件重新导出后再上传")
	}
	return nil
}

const (
	packageTypes = "http://schemas.openxmlformats.org/package/2006/content-types"
	wordMain     = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
	excelMain    = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
)

// officeKind reads [Content_Types].xml (ISO/IEC 29500-2): the kind is that of the main
// part, which must be there. A document with macros has a main part of another type.
func officeKind(b []byte, parts map[string]*zip.File) (MediaType, error) {
	var types struct {
		XMLName  xml.Name
		Defaults []struct {
			Type string `xml:"ContentType,attr"`
		} `xml:"Default"`
		Overrides []struct {
			Part string `xml:"PartName,attr"`
			Type string `xml:"ContentType,attr"`
		} `xml:"Override"`
	}
	if err := xml.Unmarshal(b, &types); err != nil {
		return "", brokenArchive(err)
	}
	if types.XMLName.Local != "Types" || types.XMLName.Space != packageTypes {
		return "", refuse("不是正常的 Office 文档，请用 Office 或 WPS 打开并另存后再上传")
	}
	macros := refuse("文档带有宏，请另存为不带宏的 DOCX 或 XLSX 后再上传")
	for name := range parts {
		if path.Base(name) == "vbaproject.bin" {
			return "", macros
		}
	}
	for _, d := range types.Defaults {
		if hasMacros(d.Type) {
			return "", macros
		}
	}
	found := map[MediaType]bool{}
	for _, o := range types.Overrides {
		if hasMacros(o.Type) {
			return "", macros
		}
		if parts[strings.ToLower(strings.TrimPrefix(o.Part, "/"))] == nil {
			continue
		}
		switch o.Type {
		case wordMain:
			found[DOCX] = true
		case excelMain:
			found[XLSX] = true
		}
	}
	switch {
	case found[DOCX] && found[XLSX]:
		return "", refuse("文件既像 Word 又像 Excel，请用 Office 或 WPS 打开并另存后再上传")
	case found[DOCX]:
		return DOCX, nil
	case found[XLSX]:
		return XLSX, nil
	}
	return "", refuse("不接受这种 Office 文档，请上传 %s 文件", acceptedText)
}

func hasMacros(contentType string) bool {
	t := strings.ToLower(contentType)
	return strings.Contains(t, "macroenabled") || strings.Contains(t, "vbaproject")
}
