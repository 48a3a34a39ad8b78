-- +goose Up

-- Keys are copied page by page in the order of the facts they stand for.
CREATE UNIQUE INDEX keys_first ON keys (first);
