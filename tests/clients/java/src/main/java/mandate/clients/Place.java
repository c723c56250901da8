package mandate.clients;

/** Where a browser comes to rest: on a page of ours, or with an answer for the application. */
sealed interface Place permits Page, Answer {
    /** For messages. */
    String describe();
}
