package mandate.clients;

import java.util.List;

/** How a way through the pages ended: with an answer for the application, or on a page where it did not go on. */
record Visit(List<Page> pages, Place end, List<String> way) {
    /** The kinds of the pages a person saw, in order. */
    List<String> shown() {
        return pages.stream().map(Page::kind).toList();
    }

    Answer answer() {
        if (end instanceof Answer answer) {
            return answer;
        }
        throw new Failed("no answer reached the application: " + describe());
    }

    /** The page of this kind that came by. */
    Page page(String kind) {
        return pages.stream()
                .filter(page -> page.kind().equals(kind))
                .findFirst()
                .orElseThrow(() -> new Failed("no page `" + kind + "` came by: " + describe()));
    }

    void endedOn(String kind) {
        if (!(end instanceof Page page) || !page.kind().equals(kind)) {
            throw new Failed("expected to end on the page `" + kind + "`: " + describe());
        }
    }

    String describe() {
        return end.describe() + "; pages shown " + shown() + "; way: " + String.join(" | ", way);
    }
}
