package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// document is as much of an OpenAPI document as is used here.
type openDocument struct {
	Paths map[string]struct {
		Get struct {
			Parameters []struct{ Name, In string }
			Responses  map[string]struct {
				Content map[string]struct{ Schema schema }
			}
		}
	}
	Components struct{ Schemas map[string]schema }
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       string
	Required   []string
	Properties map[string]schema
	Items      *schema
	Enum       []string
	OneOf      []schema
	Additional *bool `json:"additionalProperties"`
}

func readDocument(t *testing.T) (d openDocument) {
	t.Helper()
	if err := json.Unmarshal(openAPI, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// check says where a value is not what its schema says.
func (d *openDocument) check(at string, s schema, v any) error {
	if s.Ref != "" {
		return d.check(at, d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")], v)
	}
	if s.OneOf != nil {
		for _, one := range s.OneOf {
			if d.check(at, one, v) == nil {
				return nil
			}
		}
		return fmt.Errorf("%s is %v", at, v)
	}
	ok := true
	switch v := v.(type) {
	case map[string]any:
		return d.checkObject(at, s, v)
	case []any:
		for i, item := range v {
			if s.Items == nil {
				return fmt.Errorf("%s is a list", at)
			}
			if err := d.check(fmt.Sprintf("%s[%d]", at, i), *s.Items, item); err != nil {
				return err
			}
		}
		ok = s.Type == "array"
	case string:
		ok = s.Type == "string" && (s.Enum == nil || slices.Contains(s.Enum, v))
	case float64:
		ok = s.Type == "number" || s.Type == "integer" && v == float64(int64(v))
	case bool:
		ok = s.Type == "boolean"
	default:
		ok = false
	}
	if !ok {
		return fmt.Errorf("%s is %v, and the document says %s %v", at, v, s.Type, s.Enum)
	}
	return nil
}

func (d *openDocument) checkObject(at string, s schema, v map[string]any) error {
	if s.Type != "object" {
		return fmt.Errorf("%s is an object", at)
	}
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			return fmt.Errorf("%s has no %s", at, name)
		}
	}
	for name, item := range v {
		of, known := s.Properties[name]
		if !known {
			if s.Additional != nil {
				return fmt.Errorf("%s.%s is not in the document", at, name)
			}
			continue
		}
		if err := d.check(at+"."+name, of, item); err != nil {
			return err
		}
	}
	return nil
}

// TestTheDocumentIsTrue compares it with what is routed, what is answered and what is
// refused.
func TestTheDocumentIsTrue(t *testing.T) {
	s, d := newShop(t), readDocument(t)
	s.fill()
	asked := map[string][]string{
		"regions": {""}, "regions/{region}": {"", "Nowhere"}, "types": {"", "?category=ore", "?group=no"}, "types/{type}": {"", "Nothing"},
		"markets/{region}/orders":      {"", "?type=Ferrite&side=buy", "?limit=2", "?side=no", "?revision=x"},
		"markets/{region}/history":     {"?type=Ferrite", "", "?type=Nothing"},
		"markets/{region}/days/{date}": {"", "?x=1"}, "gaps": {"", "?from=Nowhere"},
		"economy": {"", "?days=7", "?days=8"}, "economy/candles": {"?type=Ferrite", "", "?type=Nothing", "?type=Ferrite&days=x"}, "openapi.json": {""},
	}
	at := strings.NewReplacer("{region}", "The%20Bench", "{type}", "Wren", "{date}", "2030-01-02")
	for _, r := range routes {
		op, ok := d.Paths["/"+r.path]
		if !ok {
			t.Errorf("the document has no %s", r.path)
			continue
		}
		var query []string
		for _, p := range op.Get.Parameters {
			if p.In == "query" {
				query = append(query, p.Name)
			} else if !strings.Contains(r.path, "{"+p.Name+"}") {
				t.Errorf("%s: there is no %s in it", r.path, p.Name)
			}
		}
		if !slices.Equal(slices.Sorted(slices.Values(query)), slices.Sorted(slices.Values(r.params))) {
			t.Errorf("%s: the document has the parameters %v, and there are %v", r.path, query, r.params)
		}
		if len(asked[r.path]) == 0 {
			t.Errorf("%s is not tried here", r.path)
		}
		answered := false
		for _, more := range asked[r.path] {
			path := Prefix + at.Replace(r.path) + more
			if more != "" && more[0] != '?' {
				path = Prefix + strings.Replace(at.Replace(r.path), at.Replace("{"+op.Get.Parameters[0].Name+"}"), more, 1)
			}
			w := s.ask("GET", path)
			said, ok := op.Get.Responses[fmt.Sprint(w.Code)]
			var v any
			if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || !ok {
				t.Errorf("%s: %d %.200s", path, w.Code, w.Body)
				continue
			}
			if err := d.check(path, said.Content["application/json"].Schema, v); err != nil {
				t.Error(err)
			}
			answered = answered || w.Code == http.StatusOK
		}
		if !answered {
			t.Errorf("%s is not answered", r.path)
		}
	}
	if len(d.Paths) != len(routes) {
		t.Errorf("the document has %d paths, and there are %d", len(d.Paths), len(routes))
	}
	var codes []string
	for c := range maps.Keys(statuses) {
		codes = append(codes, string(c))
	}
	slices.Sort(codes)
	listed := slices.Sorted(slices.Values(d.Components.Schemas["Error"].Properties["error"].Properties["code"].Enum))
	if !slices.Equal(codes, listed) {
		t.Errorf("the document lists the codes %v, and there are %v", listed, codes)
	}
}
