#include "app/demo_data.h"

// clang-format off
const DemoPerson demo_people[] = {
    {"Aarav Sharma", "B.Tech Computer Science", 3, "Full-stack tinkerer. I like small, finished things.", "react,node,sql"},
    {"Diya Patel", "B.Des Communication Design", 2, "Posters, logos and far too many fonts.", "photoshop,illustrator,figma"},
    {"Vivaan Reddy", "B.Tech Electronics", 4, "Arduino, PCB layout, and a soldering iron that never cools.", "arduino,kicad,c"},
    {"Ananya Iyer", "B.A. English", 3, "I edit so that you sound like you on a good day.", "editing,proofreading,writing"},
    {"Kabir Khan", "B.Com Finance", 2, "Spreadsheets that explain themselves.", "excel,tally,accounting"},
    {"Ishita Banerjee", "M.Sc Statistics", 5, "R, regression and honest error bars.", "r,statistics,spss"},
    {"Rohan Mehta", "B.Tech Mechanical", 3, "CAD and 3D printing; quick prototypes.", "solidworks,autocad,3d printing"},
    {"Saanvi Nair", "BFA Applied Art", 4, "Illustration, murals, and reels about both.", "illustration,procreate,canva"},
    {"Arjun Verma", "B.Tech Computer Science", 2, "Python scripts for boring chores.", "python,scraping,pandas"},
    {"Meera Krishnan", "B.Sc Mathematics", 3, "I tutor calculus and linear algebra, patiently.", "tutoring,mathematics,latex"},
    {"Aditya Joshi", "BMM Film", 3, "Camera, cut, colour.", "premiere pro,davinci resolve,camera"},
    {"Priya Das", "B.A. Psychology", 2, "Surveys, interviews and transcripts.", "research,transcription,surveys"},
    {"Karthik Subramanian", "M.Tech AI", 5, "Small models for small data.", "python,machine learning,pytorch"},
    {"Nisha Gupta", "BBA Marketing", 3, "Campus ambassador twice over; knows every notice board.", "social media,canva,copywriting"},
    {"Farhan Ali", "B.Tech IT", 4, "Android apps since school.", "kotlin,android,firebase"},
    {"Tanvi Kulkarni", "B.Arch", 4, "Models, renders, and hand-drawn sections.", "sketchup,revit,model making"},
    {"Siddharth Rao", "B.Tech Civil", 2, "Errands by bicycle, fast.", "delivery,errands,cycling"},
    {"Aisha Siddiqui", "B.A. Urdu Literature", 3, "Urdu, Hindi and English, in any direction.", "translation,urdu,hindi"},
    {"Yash Agarwal", "B.Com Honours", 3, "GST, tally and tidy ledgers.", "accounting,gst,excel"},
    {"Lakshmi Menon", "B.Sc Physics", 4, "Lab reports that pass the first time.", "physics,latex,tutoring"},
    {"Dev Malhotra", "B.Tech Computer Science", 1, "New here, quick to learn.", "html,css,javascript"},
    {"Riya Choudhury", "BFA Photography", 3, "Events, portraits, products.", "photography,lightroom,portraits"},
    {"Manish Tiwari", "B.Ed", 2, "Hindi and social science for school children.", "tutoring,hindi,teaching"},
    {"Sneha Pillai", "B.Tech Biotechnology", 4, "Posters and slides for scientists.", "powerpoint,biology,illustrator"},
    {"Harsh Vardhan", "B.Tech Electrical", 3, "Motor drives by day, bass guitar by night.", "matlab,guitar,audio"},
    {"Pooja Bhatt", "B.A. Journalism", 3, "Interviews, features, newsletters.", "writing,interviews,editing"},
    {"Rahul Ghosh", "M.A. Economics", 5, "Stata, literature reviews, term papers (mine, not yours).", "stata,research,excel"},
    {"Zoya Sheikh", "B.Des Fashion", 2, "Stitching, alterations, costumes for plays.", "tailoring,fashion,costumes"},
    {"Nikhil Jain", "B.Tech Computer Science", 4, "Backend and databases. I write tests.", "go,postgresql,docker"},
    {"Kavya Shetty", "B.Sc Nutrition", 3, "Meal plans that fit a mess menu.", "nutrition,cooking,planning"},
    {"Abhinav Mishra", "B.Tech Aerospace", 3, "Drones: built, flown, crashed, rebuilt.", "drones,cad,python"},
    {"Gauri Deshpande", "B.A. Music", 2, "Hindustani vocal; harmonium.", "singing,harmonium,teaching"},
    {"Imran Qureshi", "B.Tech IT", 3, "WordPress and small shops online.", "wordpress,php,seo"},
    {"Shreya Sen", "B.A. History", 4, "Heritage walks and archives.", "research,writing,guiding"},
    {"Varun Chawla", "BBA", 1, "Will queue for you.", "errands,delivery,events"},
    {"Neha Rastogi", "M.Sc Chemistry", 5, "Titrations and tutoring.", "chemistry,tutoring,lab"},
    {"Omkar Patil", "B.Tech Mechanical", 4, "Bicycle repair in the hostel yard.", "repair,cycling,tools"},
    {"Simran Kaur", "B.A. Dance", 3, "Choreography for college fests.", "dance,choreography,events"},
    {"Aman Srivastava", "B.Tech Computer Science", 3, "Competitive programmer, patient explainer.", "c++,algorithms,tutoring"},
    {"Ira Thomas", "B.Des Interaction", 4, "Prototypes people can touch.", "figma,ux,user research"},
    {"Jatin Bora", "B.Sc IT", 2, "Laptop clean-ups and Linux installs.", "linux,hardware,repair"},
    {"Mitali Saxena", "LL.B", 4, "Plain-language contracts for clubs.", "legal,writing,research"},
    {"Pranav Kamath", "B.Tech Computer Science", 4, "Game jams and shaders.", "unity,c#,blender"},
    {"Rukmini Das", "B.A. Sanskrit", 2, "Calligraphy in three scripts.", "calligraphy,devanagari,lettering"},
    {"Samar Gill", "B.P.Ed", 3, "Coaching, first aid, early mornings.", "fitness,coaching,cricket"},
    {"Trisha Roy", "B.Com", 2, "Data entry without typos.", "data entry,excel,typing"},
    {"Uday Shankar", "M.Tech VLSI", 5, "Verilog, timing and tea.", "verilog,fpga,tutoring"},
    {"Vidya Hegde", "B.Sc Environmental Science", 3, "Gardens, compost, terrace farms.", "gardening,composting,events"},
};
const size_t demo_people_count = COUNT(demo_people);

const DemoListing demo_gigs[] = {
    {"design", "Logo for the {club}", "We need a clean two-colour logo that works on shirts and as a small icon. Vector file please. Two rounds of changes.", "illustrator,photoshop", 800, 2000, 9},
    {"design", "Poster for the {club} recruitment night", "A3 poster and an Instagram square from the same artwork. Text is ready, mood is ours to discuss.", "canva,photoshop", 400, 900, 5},
    {"design", "Redesign slides for a {subject} presentation", "Thirty slides, content final, looks sad. Make it readable from the last row.", "powerpoint,figma", 600, 1500, 4},
    {"programming", "Small website for the {club}", "Four pages, event list that we can edit ourselves, works on phones. Hosting exists.", "html,css,javascript", 3000, 7000, 20},
    {"programming", "Python script to clean {subject} survey data", "Two thousand rows of CSV with messy dates and duplicates. I need a script, not a one-off.", "python,pandas", 1000, 2500, 7},
    {"programming", "Android app bug: crashes on rotate", "Our attendance app forgets everything when the phone turns. Kotlin, one activity.", "kotlin,android", 1200, 2500, 6},
    {"writing", "Proofread my {subject} term paper", "About 6,000 words, references in APA. Grammar and flow, not content.", "proofreading,editing", 500, 1200, 3},
    {"writing", "Translate {club} minutes, Hindi to English", "Eleven pages of minutes, plain language wanted.", "translation,hindi", 700, 1400, 8},
    {"video", "Edit a three-minute aftermovie for the {club}", "Forty clips and a song. Cuts on the beat, simple titles, colour matched.", "premiere pro,davinci resolve", 1500, 4000, 10},
    {"video", "Record and cut a {subject} lecture", "One hour on Saturday morning in the main auditorium, two cameras if you have them.", "camera,premiere pro", 1000, 2000, 6},
    {"music", "Guitarist wanted for the {club} evening", "Six songs, two rehearsals, one evening. Mostly old Hindi film music.", "guitar,singing", 1500, 3000, 12},
    {"data", "Charts for a {subject} report", "Ten charts from one spreadsheet, one style, exported as SVG.", "excel,r", 800, 1600, 5},
    {"data", "Type up 60 pages of {subject} notes", "Handwritten, legible. Word or LaTeX, with formulas as formulas.", "typing,latex", 900, 1800, 7},
    {"business", "Tutor for {subject}, first year", "Twice a week before the mid-terms, evenings, library or hostel common room.", "tutoring", 2000, 4000, 25},
    {"business", "Hand out leaflets for the {club}", "Two hours at lunch near the main gate, 300 leaflets.", "events", 300, 500, 2},
    {"business", "Fetch printed booklets for the {club}", "Pick up two boxes from the press behind the market and bring them to the union office.", "errands,delivery", 200, 350, 1},
    {"marketing", "Run the {club} page for a month", "Three posts a week, stories on event days, replies within the day.", "social media,canva", 2500, 4500, 30},
    {"marketing", "Write ten captions for the {club}", "Short, friendly, no slogans. Pictures are there.", "copywriting,social media", 300, 600, 3},
    {"lifestyle", "Help moving hostel rooms", "Two cupboards' worth of books and a desk, third floor to first floor. One hour for two people.", "moving", 400, 700, 2},
    {"lifestyle", "Photos of our {club} team", "Group and portraits of fourteen people, daylight, on the lawn. Edited within a week.", "photography,lightroom", 1200, 2500, 9},
    {"lifestyle", "Repair my bicycle's gears", "Chain jumps on the three smallest cogs. Parts are here.", "repair,cycling", 150, 350, 2},
    {"lifestyle", "Costumes for the {club} play", "Five simple costumes from cloth that we have bought, measurements taken.", "tailoring,costumes", 2000, 4500, 15},
    {"data", "Interview transcripts for a {subject} project", "Six interviews of 25 minutes each, Hindi and English mixed, time stamps each minute.", "transcription,research", 1500, 2400, 10},
    {"programming", "Explain pointers to me before the exam", "Two sessions of C, with exercises. I can make tea.", "c,tutoring", 500, 900, 4},
    {"design", "Scale model for a {subject} studio review", "1:200, card and balsa; drawings complete. You work in our studio.", "model making,sketchup", 2500, 5000, 11},
};
const size_t demo_gigs_count = COUNT(demo_gigs);

const DemoListing demo_services[] = {
    {"design", "I will design a logo for your club", "Three drafts, two rounds of changes, vector files and a small style sheet.", "illustrator,figma", 999, 0, 5},
    {"design", "Posters that people read", "One poster in two sizes from your text. Bold type, little decoration.", "photoshop,canva", 499, 0, 3},
    {"programming", "A web page for your event", "One page, sign-up form, map, works on slow phones.", "html,css,javascript", 1999, 0, 6},
    {"programming", "Debug your assignment with you", "One hour side by side. I explain, you type.", "c,python,tutoring", 399, 0, 2},
    {"writing", "Proofreading up to 3,000 words", "Grammar, flow and consistency, with comments that teach.", "proofreading,editing", 349, 0, 2},
    {"writing", "Translation Hindi - English", "A page of 300 words in plain language, either direction.", "translation,hindi", 199, 0, 2},
    {"video", "Reel editing, up to 60 seconds", "Cut, captions, sound levels. You send the clips.", "premiere pro,davinci resolve", 599, 0, 3},
    {"music", "Vocal lesson, one hour", "Hindustani basics for beginners, harmonium included.", "singing,harmonium", 299, 0, 7},
    {"data", "Statistics consultation", "Forty-five minutes on your data: which test, and how to say it.", "statistics,r,spss", 499, 0, 3},
    {"business", "Mathematics tutoring, four sessions", "Calculus or linear algebra, first and second year.", "mathematics,tutoring", 1599, 0, 14},
    {"business", "Tally and GST entry for your fest", "All bills of one event entered, reconciled, one-page summary.", "accounting,gst,excel", 1299, 0, 5},
    {"marketing", "A month of posts for your page", "Twelve posts with text and picture, one style.", "social media,copywriting", 2499, 0, 30},
    {"lifestyle", "Portraits on campus", "Thirty minutes, ten edited photos.", "photography,lightroom", 899, 0, 4},
    {"lifestyle", "Bicycle service in the hostel yard", "Brakes, gears, chain, air. Parts extra.", "repair,cycling", 249, 0, 1},
    {"lifestyle", "Laptop clean-up and Linux install", "Dust, thermal paste, backup, fresh system.", "linux,hardware", 599, 0, 2},
};
const size_t demo_services_count = COUNT(demo_services);

const char *const demo_clubs[] = {"robotics club", "drama society", "chess club", "cycling club", "literary circle", "film club", "trekking group", "debating union", "astronomy club", "photography club", "music society", "coding club"};
const size_t demo_clubs_count = COUNT(demo_clubs);
const char *const demo_subjects[] = {"economics", "thermodynamics", "sociology", "organic chemistry", "statistics", "history", "microbiology", "linear algebra", "psychology", "architecture"};
const size_t demo_subjects_count = COUNT(demo_subjects);
const char *const demo_universities[] = {"Fergusson College, Pune", "IIT Bombay", "Presidency University, Kolkata", "Christ University, Bengaluru"};
const size_t demo_universities_count = COUNT(demo_universities);

const char *const demo_applications[] = {
    "I have done three of these this year; happy to show them. I can start today.",
    "This is just my thing. Two questions about the format, otherwise clear.",
    "I can do it over the weekend and send you a first version on Sunday.",
    "My price is a little above your budget because I include one more round of changes.",
    "I live in the next hostel, so we can meet whenever it suits you.",
    "First gig here, so a friendly price. I will do it carefully.",
};
const size_t demo_applications_count = COUNT(demo_applications);
const char *const demo_chat[] = {
    "Hi! Thanks for taking this on.",
    "Glad to. Is there anything you definitely do not want?",
    "Nothing fancy, please. And no Comic Sans.",
    "Understood. First version tomorrow evening?",
    "That would be great.",
    "Here is a quick sketch of where it is going.",
    "I like it, especially the second one.",
    "Then I will finish that one.",
};
const size_t demo_chat_count = COUNT(demo_chat);
const char *const demo_handins[] = {
    "Here it is, all files in one folder. Tell me if anything is missing.",
    "Finished. I added a short note on how to change it later.",
    "Final version with the changes we talked about.",
};
const size_t demo_handins_count = COUNT(demo_handins);
const char *const demo_reviews[] = {
    "Quick, friendly, and exactly what we asked for.",
    "Good work, a day late but worth it.",
    "Clear brief, fast answers, paid at once. Gladly again.",
    "Went beyond what was agreed. Recommended.",
    "All fine. Communication could be a little faster.",
    "Patient with our many changes. Thank you!",
};
const size_t demo_reviews_count = COUNT(demo_reviews);
// clang-format on
