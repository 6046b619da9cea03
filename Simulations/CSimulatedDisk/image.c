#include <stdlib.h>

#include "internal.h"

static void let_go(sim_page *page) {
    if (page && --page->references == 0) free(page);
}

/// A page of this image alone, with the content it had; NULL without memory.
static sim_page *own_page(sim_image *image, size_t index, bool is_overwritten) {
    sim_page *page = image->pages[index];
    if (page && page->references == 1) return page;
    sim_page *own = malloc(sizeof(sim_page));
    if (!own) return NULL;
    own->references = 1;
    if (!is_overwritten) {
        if (page) {
            memcpy(own->bytes, page->bytes, SIM_PAGE_BYTES);
        } else {
            memset(own->bytes, 0, SIM_PAGE_BYTES);
        }
    }
    let_go(page);
    image->pages[index] = own;
    return own;
}

static size_t pages_for(uint64_t size) { return (size + SIM_PAGE_BYTES - 1) / SIM_PAGE_BYTES; }

static bool reserve(sim_image *image, size_t count) {
    if (count > image->capacity) {
        size_t capacity = image->capacity ? image->capacity : 8;
        while (capacity < count) capacity *= 2;
        sim_page **pages = realloc(image->pages, capacity * sizeof(sim_page *));
        if (!pages) return false;
        image->pages = pages;
        image->capacity = capacity;
    }
    if (count > image->count) {
        memset(image->pages + image->count, 0, (count - image->count) * sizeof(sim_page *));
        image->count = count;
    }
    return true;
}

bool sim_image_write(sim_image *image, uint64_t offset, const uint8_t *bytes, size_t count) {
    if (!count) return true;
    if (!reserve(image, pages_for(offset + count))) return false;
    uint64_t end = offset + count;
    while (offset < end) {
        size_t within = offset % SIM_PAGE_BYTES;
        size_t part = SIM_PAGE_BYTES - within;
        if (part > end - offset) part = end - offset;
        sim_page *page = own_page(image, offset / SIM_PAGE_BYTES, part == SIM_PAGE_BYTES);
        if (!page) return false;
        memcpy(page->bytes + within, bytes, part);
        bytes += part;
        offset += part;
    }
    if (end > image->size) image->size = end;
    return true;
}

size_t sim_image_read(const sim_image *image, uint64_t offset, uint8_t *bytes, size_t count) {
    size_t there = offset >= image->size ? 0 : image->size - offset;
    if (there > count) there = count;
    size_t done = 0;
    while (done < there) {
        size_t within = (offset + done) % SIM_PAGE_BYTES;
        size_t part = SIM_PAGE_BYTES - within;
        if (part > there - done) part = there - done;
        size_t index = (offset + done) / SIM_PAGE_BYTES;
        const sim_page *page = index < image->count ? image->pages[index] : NULL;
        if (page) {
            memcpy(bytes + done, page->bytes + within, part);
        } else {
            memset(bytes + done, 0, part);
        }
        done += part;
    }
    memset(bytes + done, 0, count - done);
    return there;
}

bool sim_image_resize(sim_image *image, uint64_t size) {
    size_t count = pages_for(size);
    if (size < image->size) {
        for (size_t index = count; index < image->count; index++) let_go(image->pages[index]);
        if (count < image->count) image->count = count;
        size_t within = size % SIM_PAGE_BYTES;
        if (within && count && count == image->count && image->pages[count - 1]) {
            sim_page *page = own_page(image, count - 1, false);
            if (!page) return false;
            memset(page->bytes + within, 0, SIM_PAGE_BYTES - within);
        }
    } else if (!reserve(image, count)) {
        return false;
    }
    image->size = size;
    return true;
}

bool sim_image_share(sim_image *image, const sim_image *other, size_t index) {
    sim_page *page = index < other->count ? other->pages[index] : NULL;
    if (index >= image->count) {
        if (!page) return true;
        if (!reserve(image, index + 1)) return false;
    }
    if (image->pages[index] == page) return true;
    if (page) page->references++;
    let_go(image->pages[index]);
    image->pages[index] = page;
    return true;
}

bool sim_image_copy(sim_image *image, const sim_image *other) {
    for (size_t index = 0; index < other->count; index++) {
        if (other->pages[index]) other->pages[index]->references++;
    }
    sim_image_clear(image);
    if (!reserve(image, other->count)) {
        for (size_t index = 0; index < other->count; index++) let_go(other->pages[index]);
        return false;
    }
    if (other->count) memcpy(image->pages, other->pages, other->count * sizeof(sim_page *));
    image->size = other->size;
    return true;
}

void sim_image_clear(sim_image *image) {
    for (size_t index = 0; index < image->count; index++) let_go(image->pages[index]);
    image->count = 0;
    image->size = 0;
}

void sim_image_free(sim_image *image) {
    sim_image_clear(image);
    free(image->pages);
    image->pages = NULL;
    image->capacity = 0;
}

bool sim_image_is_same(const sim_image *a, const sim_image *b) {
    if (a->size != b->size) return false;
    size_t count = pages_for(a->size);
    for (size_t index = 0; index < count; index++) {
        const sim_page *left = index < a->count ? a->pages[index] : NULL;
        const sim_page *right = index < b->count ? b->pages[index] : NULL;
        if (left == right) continue;
        static const uint8_t zeros[SIM_PAGE_BYTES];
        if (memcmp(left ? left->bytes : zeros, right ? right->bytes : zeros, SIM_PAGE_BYTES)) {
            return false;
        }
    }
    return true;
}
