package postgres

import "gridcommand/eventstore"

// columns are the arguments of the function append: three tables, turned on
// their side. Numbers of appends and writes count from 1.
type columns struct {
	scope, id []string
	digest    [][]byte
	facts     []int64
	meta      []string

	writeAppend  []int64
	writeStream  []string
	writeExpect  []int64
	writeFacts   []int64
	draftWrite   []int64
	draftInTotal []int64
	draftInWrite []int64
	draftType    []string
	draftAt      []int64
	draftData    []string
}

func arguments(call []int, batch []eventstore.Append) []any {
	var c columns
	for n, i := range call {
		c.add(int64(n+1), &batch[i])
	}
	return []any{
		c.scope, c.id, c.digest, c.facts, c.meta,
		c.writeAppend, c.writeStream, c.writeExpect, c.writeFacts,
		c.draftWrite, c.draftInTotal, c.draftInWrite, c.draftType, c.draftAt, c.draftData,
	}
}

func (c *columns) add(n int64, a *eventstore.Append) {
	total := int64(0)
	for _, write := range a.Writes {
		c.writeAppend = append(c.writeAppend, n)
		c.writeStream = append(c.writeStream, string(write.Stream))
		c.writeExpect = append(c.writeExpect, write.Expect.Wire())
		c.writeFacts = append(c.writeFacts, int64(len(write.Drafts)))
		for i, d := range write.Drafts {
			c.draftWrite = append(c.draftWrite, int64(len(c.writeAppend)))
			c.draftInTotal = append(c.draftInTotal, total)
			c.draftInWrite = append(c.draftInWrite, int64(i+1))
			c.draftType = append(c.draftType, d.Type)
			c.draftAt = append(c.draftAt, d.At.UnixMicro())
			c.draftData = append(c.draftData, string(d.Data))
			total++
		}
	}
	c.scope = append(c.scope, a.Key.Scope)
	c.id = append(c.id, a.Key.ID)
	c.digest = append(c.digest, a.Key.Digest[:])
	c.facts = append(c.facts, total)
	c.meta = append(c.meta, a.Meta.Text())
}
