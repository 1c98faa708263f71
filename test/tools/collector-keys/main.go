// Prints every key of the Collector's OTLP exporters, one `exporter key` a line, as their configuration structs have them.
package main

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"

	"go.opentelemetry.io/collector/exporter/otlpexporter"
	"go.opentelemetry.io/collector/exporter/otlphttpexporter"
)

var text = reflect.TypeFor[encoding.TextUnmarshaler]()

func walk(exporter string, t reflect.Type, prefix string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	// configoptional.Optional keeps its value in a field of its own; opaque maps are lists of pairs.
	if strings.HasPrefix(t.Name(), "Optional[") {
		field, _ := t.FieldByName("value")
		walk(exporter, field.Type, prefix)
		return
	}
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(text) {
		fmt.Println(exporter, prefix)
		return
	}
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() {
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("mapstructure"), ",")
		if name == "-" {
			continue
		}
		if strings.Contains(options, "squash") {
			walk(exporter, field.Type, prefix)
			continue
		}
		if name == "" {
			name = strings.ToLower(field.Name)
		}
		if prefix != "" {
			name = prefix + "." + name
		}
		walk(exporter, field.Type, name)
	}
}

func main() {
	walk("otlp_grpc", reflect.TypeOf(otlpexporter.NewFactory().CreateDefaultConfig()), "")
	walk("otlp_http", reflect.TypeOf(otlphttpexporter.NewFactory().CreateDefaultConfig()), "")
}
