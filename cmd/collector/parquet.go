package main

// Tables as Apache Parquet, for R, Python and the like. The module is pinned to
// v0.25.1: the versions after it link protocol buffers and geometry, with which
// the collector would not stay under 16 MB.

import (
	"fmt"
	"io"
	"iter"
	"reflect"

	"github.com/parquet-go/parquet-go"

	"staffplan/collector/report"
)

// cells says how a column is written. What is blank is null, or an empty list.
var cells = map[report.CellType]struct {
	of     reflect.Type
	option string
}{
	report.Number: {reflect.TypeFor[int32](), "optional,dict"},
	report.Word:   {reflect.TypeFor[string](), "optional"},
	report.Words:  {reflect.TypeFor[[]string](), "list"},
}

// rowsHeld is how many rows are held in memory before they are written.
const rowsHeld = 10_000

// writeParquet makes a struct type with a field for each column: a schema that
// is put together by hand would sort the columns by name.
func writeParquet(w io.Writer, columns []report.Column, rows iter.Seq2[[]any, error]) error {
	var fields []reflect.StructField
	for i, column := range columns {
		cell := cells[column.Cells]
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("Column%d", i),
			Type: cell.of,
			Tag:  reflect.StructTag(fmt.Sprintf("parquet:%q", column.Name+","+cell.option)),
		})
	}
	row := reflect.New(reflect.StructOf(fields))
	out := parquet.NewWriter(w, parquet.SchemaOf(row.Interface()), parquet.MaxRowsPerRowGroup(rowsHeld), parquet.Compression(&parquet.Snappy))
	for line, err := range rows {
		if err != nil {
			return err
		}
		for i, cell := range line {
			field := row.Elem().Field(i)
			field.Set(reflect.ValueOf(cell).Convert(field.Type()))
		}
		if err := out.Write(row.Interface()); err != nil {
			return err
		}
	}
	return out.Close()
}
