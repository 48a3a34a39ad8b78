package tally

import (
	"container/list"
	"sync"
)

// A memory keeps answers by what was asked, the last used, up to a weight. Whoever asks
// first reckons; who asks the same meanwhile waits for that.
type memory[T any] struct {
	mu    sync.Mutex
	room  int
	used  int
	byKey map[string]*list.Element
	order list.List // of *answer[T]; the last used first
}

type answer[T any] struct {
	key    string
	stamp  int64
	weight int
	once   sync.Once
	value  *T
}

// remember returns an empty memory for so much weight.
func remember[T any](room int) *memory[T] {
	return &memory[T]{room: room, byKey: map[string]*list.Element{}}
}

// get returns what make made for a key at this stamp, making it if nobody has.
func (m *memory[T]) get(key string, stamp int64, make func() (*T, int)) *T {
	m.mu.Lock()
	e := m.byKey[key]
	if e != nil && e.Value.(*answer[T]).stamp != stamp {
		m.drop(e)
		e = nil
	}
	if e == nil {
		e = m.order.PushFront(&answer[T]{key: key, stamp: stamp})
		m.byKey[key] = e
	} else {
		m.order.MoveToFront(e)
	}
	k := e.Value.(*answer[T])
	m.mu.Unlock()
	k.once.Do(func() {
		value, weight := make()
		m.mu.Lock()
		defer m.mu.Unlock()
		k.value, k.weight = value, weight
		if m.byKey[key] == e {
			m.used += weight
			for m.used > m.room && m.order.Len() > 1 {
				m.drop(m.order.Back())
			}
		}
	})
	return k.value
}

// drop forgets one. One that is being made weighs nothing yet, and is not counted once
// it is.
func (m *memory[T]) drop(e *list.Element) {
	k := e.Value.(*answer[T])
	m.used -= k.weight
	m.order.Remove(e)
	delete(m.byKey, k.key)
}
